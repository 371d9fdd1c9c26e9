"""What the operators' console shows, a module a region, and the acts of its buttons."""
