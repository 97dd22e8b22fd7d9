"""Top-1 of a classifier of the recipe ``features`` on the images its training held out.

    python benchmarks/top1.py runs/features/model.safetensors --data FOLDER

The folder is that of the training; which images were held out stands in the model's header.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from ganvas.api import catalog
from ganvas.core.settings import from_json
from ganvas.data.labelled import LabelledFolder
from ganvas.io import checkpoint


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    arguments = parser.parse_args()
    header = checkpoint.read_header(arguments.model)
    method = from_json(catalog.method_class("classifier"), header["settings"])
    net = method.networks()["c"].eval()
    tensors = checkpoint.load_tensors(arguments.model)
    net.load_state_dict({name.removeprefix("c."): tensor for name, tensor in tensors.items()})
    settings: LabelledFolder = from_json(LabelledFolder, header["provenance"]["training_data"])
    stream = settings.stream(arguments.data, seed=0)
    test = stream.test()
    with torch.no_grad():
        right = [
            (net(image[None]).argmax(1) == label).item() for image, label in zip(test.image, test.label, strict=True)
        ]
    chance = 1 / settings.classes
    print(f"top-1 {sum(right) / len(right):.3f} on {len(right)} held-out images of {settings.classes} classes", end="")
    print(f" (chance {chance:.3f})")


if __name__ == "__main__":
    main()
