"""A periodogram averaged over segments, by one FFT."""

import numpy as np
from numpy.random import default_rng

BOUND = "library"
X = np.asarray(default_rng(37).normal(size=1 << 19))


def run():
    segments = X.reshape(-1, 1024)
    windowed = (segments - segments.mean(axis=1, keepdims=True)) * np.hanning(1024)
    power = np.abs(np.fft.rfft(windowed, axis=1)) ** 2
    cepstrum = np.fft.irfft(np.log(power + 1e-12), axis=1)
    return power.mean(axis=0), cepstrum.mean(axis=0)
