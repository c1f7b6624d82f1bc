"""Slope, aspect and a shaded relief of a real elevation grid, in plain array code.

The grid ships inside matplotlib: the Jacksboro fault in Tennessee, from the U.S. Geological Survey. Every result is compared with
the same code run by NumPy. Writes `relief.png` next to where you run it (or to the path given as the first argument).
"""

from __future__ import annotations

import math
import sys
from types import ModuleType
from typing import Any

import numpy as np
from matplotlib import cbook

import lazytensor as lt


def load() -> tuple[np.ndarray[Any, Any], float, float]:
    """Elevation in metres, and the spacing of rows and columns in metres."""
    with cbook.get_sample_data("jacksboro_fault_dem.npz") as grid:
        elevation = grid["elevation"].astype(np.float64)
        latitude = math.radians(float(grid["ymin"] + grid["ymax"]) / 2)
        dy = 111_200.0 * float(grid["dy"])
        dx = 111_200.0 * float(grid["dx"]) * math.cos(latitude)
    return elevation, dy, dx


def terrain(xp: ModuleType, z: Any, dy: float, dx: float) -> dict[str, Any]:
    """Slope and aspect in degrees, and a relief lit from the north-west at 45 degrees; `xp` is numpy or lazytensor."""
    # Horn's finite differences: each derivative averages three rows or columns of neighbours.
    north, middle, south = z[:-2], z[1:-1], z[2:]
    gx = ((north[:, 2:] + 2 * middle[:, 2:] + south[:, 2:]) - (north[:, :-2] + 2 * middle[:, :-2] + south[:, :-2])) / (8 * dx)
    gy = ((south[:, :-2] + 2 * south[:, 1:-1] + south[:, 2:]) - (north[:, :-2] + 2 * north[:, 1:-1] + north[:, 2:])) / (8 * dy)
    slope = xp.atan(xp.hypot(gx, gy))
    aspect = xp.atan2(-gx, gy)
    azimuth, altitude = math.radians(315), math.radians(45)
    light = math.sin(altitude) * xp.cos(slope) + math.cos(altitude) * xp.sin(slope) * xp.cos(azimuth - aspect)
    return {
        "slope": slope * (180 / math.pi),
        "aspect": (aspect * (180 / math.pi)) % 360,
        "relief": xp.clip(light, 0, 1),
    }


def summary(xp: ModuleType, z: Any, maps: dict[str, Any]) -> dict[str, Any]:
    """A few numbers about the terrain."""
    steep = maps["slope"] > 20
    return {
        "lowest point, m": z.min(),
        "highest point, m": z.max(),
        "mean elevation, m": z.mean(),
        "mean slope, degrees": maps["slope"].mean(),
        "slope deviation, degrees": maps["slope"].std(),
        "share steeper than 20 degrees": steep.mean(dtype=xp.float64),
        "mean light": maps["relief"].mean(),
    }


def save(path: str, elevation: np.ndarray[Any, Any], relief: np.ndarray[Any, Any]) -> None:
    """Colour by height, shade by light."""
    from matplotlib import colormaps, image

    inner = elevation[1:-1, 1:-1]
    height = (inner - inner.min()) / (inner.max() - inner.min())
    colours = colormaps["gist_earth"](0.25 + 0.7 * height)[:, :, :3]
    image.imsave(path, np.clip(colours * (0.35 + 0.9 * relief[:, :, None]), 0, 1))


def main() -> None:
    path = sys.argv[1] if len(sys.argv) > 1 else "relief.png"
    elevation, dy, dx = load()
    print(f"elevation grid of {elevation.shape[0]} x {elevation.shape[1]} points, {dy:.0f} m x {dx:.0f} m apart\n")

    z = lt.asarray(elevation)
    maps = terrain(lt, z, dy, dx)
    numbers = summary(lt, z, maps)
    report = lt.explain(*maps.values(), *numbers.values())
    print("Nothing has been computed yet. What was written will be computed by:\n")
    print(str(report).partition("\n\n")[0])
    print("\nThe kernel of the slope alone, in full:\n")
    print(lt.explain(maps["slope"]).sources[0])

    expected_maps = terrain(np, elevation, dy, dx)
    expected = summary(np, elevation, expected_maps)
    print(f"{'':32s}{'lazytensor':>14s}{'NumPy':>14s}")
    for name, value in numbers.items():
        print(f"{name:32s}{float(value):14.6f}{float(expected[name]):14.6f}")
    for name, value in maps.items():
        difference = np.abs(value.numpy() - expected_maps[name])
        if name == "aspect":
            difference = np.minimum(difference, 360 - difference)  # 0 and 360 degrees are one direction
        print(f"largest difference in {name}: {difference.max():.2g}")
        assert difference.max() < 1e-6
    save(path, elevation, maps["relief"].numpy())
    print(f"\nwrote {path}")


if __name__ == "__main__":
    main()
