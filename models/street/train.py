"""Trains the street network: from labelled pictures to street.onnx, its card and its manifest entry, in one command.

    python -m models.street.train DATA --start yolov5n.pt --out models/street/street.onnx

DATA is the folder with plates/, house_numbers/, damage/, everyday/, scene_text/, documents/ and faces/ (by default
the one that SCREENING_DATA names); a force that retrains on its own pictures needs only plates/. The first round trains
on the pictures with hand-labelled plates; its network then labels the plates of the damaged cars, and the second and
third rounds train on both. The mean of the weights after the last two rounds is exported. `--resume street.onnx` trains
the shipped network further, in place of the first round. `--hours` limits each round by the clock, and `--limit` takes
the first few pictures of each folder, for a trial run. Figures and hash are recorded if --out is the shipped file; any
other is a trial.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from typing import Any

import screening  # noqa: F401  keeps `ultralytics` from calling out

SEED = 20
# Learning rates of the three rounds.
RATES = (1.5e-3, 1e-3, 7e-4)


def fit(data: Path, start: Path, work: Path, options: argparse.Namespace, turn: int) -> Path:
    """Train one round from one of our checkpoints and return its last one."""
    import torch
    from ultralytics import YOLO
    from ultralytics.utils import SETTINGS

    torch.set_num_threads(options.threads)
    SETTINGS["sync"] = False
    model = YOLO(start)
    name, rate = f"round{turn + 1}", RATES[turn]
    knows_nothing = turn == 0 and not options.start
    settings: dict[str, Any] = {"close_mosaic": 1, "mosaic": 1.0, "scale": 0.5, "degrees": 4.0, "perspective": 0.0003}
    if options.hours[turn]:
        settings["time"] = options.hours[turn]
    if options.bf16:
        model.add_callback("on_train_start", _in_16_bits)
    model.train(
        data=str(data / "data.yaml"), imgsz=options.size[turn], epochs=options.epochs, batch=8, nbs=8,
        device=options.device, workers=0, seed=SEED, deterministic=True, freeze=0 if knows_nothing else 4,
        optimizer="AdamW", lr0=rate, lrf=0.05, cos_lr=True,
        warmup_epochs=0.5, warmup_bias_lr=rate, amp=False, cache="ram", plots=False,
        project=str(work), name=name, exist_ok=True, patience=0, hsv_v=0.5, val=False, **settings,
    )  # fmt: skip
    return work / name / "weights" / "last.pt"


def checkpoint(model: Any, out: Path) -> Path:
    """Write a network in the format that `ultralytics` reads."""
    import torch

    torch.save({"model": model, "train_args": {}}, out)
    return out


def resumed(network: Path, pictures: Path, *, side: int = 512, count: int = 48) -> Any:
    """One of our exported networks, made trainable with the first pictures of the training set."""
    import cv2
    import numpy as np

    from models.folded import trainable
    from models.pictures import rgb

    chosen = sorted((pictures / "images" / "train").iterdir())[:count]
    return trainable(network, [np.asarray(cv2.resize(rgb(path), (side, side)), np.uint8) for path in chosen])


def _in_16_bits(trainer: Any) -> None:
    """Run the forward pass in bfloat16, which the library offers on GPUs only; 1.6 times as fast with AVX-512 here."""
    import torch

    trainer.model.forward = torch.autocast(trainer.device.type, torch.bfloat16)(trainer.model.forward)


def mean(one: Path, other: Path, out: Path) -> Path:
    """Write a checkpoint with the mean of two checkpoints' weights, which is more accurate on unseen pictures than
    either."""
    import torch

    from models.learning import mean_of

    saved = torch.load(one, map_location="cpu", weights_only=False)
    last = torch.load(other, map_location="cpu", weights_only=False)
    model = last["model"].float()
    model.load_state_dict(mean_of([saved["model"].float().state_dict(), model.state_dict()]))
    torch.save(last | {"model": model}, out)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, default=os.environ.get("SCREENING_DATA"))
    parser.add_argument(
        "--start",
        type=Path,
        help="YOLOv5n's original checkpoint, trained on COCO, which also marks the vehicles; without it training "
        "begins from nothing, and plates/labels.json marks the vehicles of every picture",
    )
    parser.add_argument("--resume", type=Path, help="an exported network of ours, to be trained further")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("street.onnx"))
    parser.add_argument(
        "--work", type=Path, help="where pictures, labels and checkpoints go and stay (a temporary folder)"
    )
    parser.add_argument("--epochs", type=int, default=4, help="of each round")
    parser.add_argument("--hours", type=float, nargs=3, default=(0, 0, 0), help="bound each round by the clock instead")
    parser.add_argument("--limit", type=int, help="take so many pictures of each folder")
    parser.add_argument("--size", type=int, nargs=3, default=(512, 416, 448), help="of the pictures in each round")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--bf16", action="store_true", help="train in 16 bits, for a processor that has AVX512-BF16 or AMX"
    )
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the folder of labelled pictures, or set SCREENING_DATA")
    with tempfile.TemporaryDirectory() as temporary:
        work: Path = (options.work or Path(temporary)).resolve()
        work.mkdir(parents=True, exist_ok=True)
        train(options, work)


class Nobody:
    """Stands in for the teacher if there is none."""

    def find(self, picture: Any, *, least: float = 0.0) -> list[tuple[float, ...]]:
        raise SystemExit("a picture's vehicles are not marked: mark them in labels.json, or name --start")


def train(options: argparse.Namespace, work: Path) -> None:
    """Label, train, label the damaged cars with the result, train again, export."""
    import torch

    from models.ship import ship
    from models.street.dataset import PLATE, damaged_samples, empty_samples, street_samples, write
    from models.street.evaluate import figures
    from models.street.export import to_onnx
    from models.street.teacher import Teacher, body, read_weights

    torch.set_num_threads(options.threads)
    teacher = Teacher(options.start) if options.start else Nobody()
    pictures = work / "pictures"
    if not (pictures / "data.yaml").is_file():
        samples = list(street_samples(options.data, teacher.find, options.limit))
        samples += empty_samples(options.data, lambda picture: teacher.find(picture, least=0.15), options.limit)
        write(samples, pictures, seed=SEED)
    from ultralytics import YOLO

    if options.resume:
        first = checkpoint(resumed(options.resume, pictures), work / "resumed.pt")
    else:
        start = checkpoint(body(read_weights(options.start) if options.start else {}), work / "start.pt")
        first = fit(pictures, start, work, options, 0)

    network = YOLO(first)

    def plates(picture: Any) -> list[tuple[float, ...]]:
        result = network.predict(picture[..., ::-1], imgsz=640, conf=0.3, classes=[PLATE], verbose=False)[0]
        return [tuple(box.tolist()) for box in result.boxes.xyxy]

    write(list(damaged_samples(options.data, teacher.find, plates, options.limit)), pictures, seed=SEED)
    second = fit(pictures, first, work, options, 1)
    third = fit(pictures, second, work, options, 2)
    made = work / "street.onnx"
    to_onnx(mean(second, third, work / "mean.pt"), made, sorted((pictures / "images" / "train").iterdir())[:8])
    find = teacher.find if options.start else None
    ship("street", made.read_bytes(), options.out, figures(made, options.data, find, limit=options.limit))


if __name__ == "__main__":
    main()
