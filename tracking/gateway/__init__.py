"""Where devices reach us by TCP and UDP: listeners, lines, and what keeps them within bounds."""
