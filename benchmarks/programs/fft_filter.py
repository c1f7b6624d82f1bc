"""A filter in the frequency domain, block by block with overlap."""

import numpy as np

BOUND = "library"


def run():
    t = np.arange(400_000) / 8000.0
    x = np.sin(2 * np.pi * 440 * t) + 0.5 * np.sin(2 * np.pi * 2500 * t)
    taps = np.sinc(0.2 * (np.arange(257) - 128)) * np.hanning(257)
    taps /= taps.sum()
    size, hop = 8192, 8192 - 256
    response = np.fft.rfft(taps, size)
    out = np.zeros(len(x) + size)
    for start in range(0, len(x), hop):
        block = x[start : start + hop]
        out[start : start + size] += np.fft.irfft(np.fft.rfft(block, size) * response, size)
    y = out[: len(x)]
    return y, np.abs(np.fft.rfft(y[:65536])).argmax()
