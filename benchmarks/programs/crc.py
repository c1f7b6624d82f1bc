"""A CRC of bytes by a table."""

import numpy as np

DATA = b"The quick brown fox jumps over the lazy dog. " * 600


def run():
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, np.uint32(0xEDB88320) ^ (table >> 1), table >> 1)
    crc = np.uint32(0xFFFFFFFF)
    for byte in np.frombuffer(DATA, dtype=np.uint8):
        crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return table, int(crc ^ np.uint32(0xFFFFFFFF))
