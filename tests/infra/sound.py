"""What is in a WAV."""

from io import BytesIO
from wave import open as open_wave

import numpy as np

from tests.infra import voice


def notes_in(sound: bytes) -> set[int]:
    """Every note (Hz) that sounds for at least a tenth of a second in a WAV."""
    with open_wave(BytesIO(sound)) as wav:
        samples = np.frombuffer(wav.readframes(wav.getnframes()), np.int16)
    frames = samples[: len(samples) // voice.FRAME * voice.FRAME].reshape(-1, voice.FRAME)
    loud = np.abs(np.fft.rfft(frames, axis=1)) * 2 / voice.FRAME > 800
    return {int(n) * voice.STEP for n in np.flatnonzero(loud.sum(axis=0) >= 5)}
