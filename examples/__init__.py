"""The first command of README, and upload workflows behind the gate."""
