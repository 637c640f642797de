#!/usr/bin/python3
"""Writes the demo's configuration: the shipped one, on ports that are free, with a journal and losses.

Usage: demo_settings.py FOLDER --seed N --speed X
"""
import argparse
import pathlib

import settings


def demo(folder, seed, speed):
    """The settings of a demo that keeps everything in `folder`."""
    chosen = settings.move_to_free_ports(settings.load())
    chosen["journal"].update(enabled=True, directory=str(folder / "journal"))
    # In the early afternoon every market trades, so levels move at once.
    # Each line of the Hong Kong feed loses one packet in fifty, never the same one.
    chosen["simulator"].update(seed=seed, speed=speed, begin="14:00:00", loss_a=0.02, loss_b=0.02)
    return settings.set_simulated_day(chosen, speed)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=float, default=10.0)
    arguments = parser.parse_args()
    chosen = demo(arguments.folder.resolve(), arguments.seed, arguments.speed)
    (arguments.folder / "indexcast.toml").write_text(settings.dump(chosen), encoding="utf-8")


if __name__ == "__main__":
    main()
