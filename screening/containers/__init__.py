"""The parts of picture files: `walk.walk` tells what each byte of one belongs to."""
