"""Turns the model of a training run into a bundled weights file: small storage, checked against the full weights.

    python scripts/bundle.py RUN/model.safetensors upscale-x4
    python scripts/bundle.py LEG2/model.safetensors denoise --legs LEG1/model.safetensors
    python scripts/bundle.py RUN/model.safetensors faces-gan --int8
    python scripts/bundle.py src/ganvas/zoo/weights/faces.safetensors faces --int8    # what is bundled, stored anew

bf16 halves the file. The script applies both to a photo and refuses where the results differ by more than rounding to 8
bits does (below 60 dB), so that the loss of quality is shown to be nil. ``--int8`` quarters the file; it may differ by
half a step of 8 bits (50 dB), so measure what was bundled, not what was trained.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from skimage import data

from ganvas.api import catalog
from ganvas.core.method import Draws, Query
from ganvas.core.settings import to_json
from ganvas.io import checkpoint
from ganvas.io.packing import pack, unpack
from ganvas.methods.segmentation import Segmentation
from ganvas.train.export import model_card

FOLDER = Path(__file__).parents[1] / "src" / "ganvas" / "zoo" / "weights"
LIMIT_BYTES = 5_000_000
FLOOR_DB = 60.0
FLOOR_INT8_DB = 50.0
FLOOR_LOGITS_DB = 40.0  # of what is compared with a threshold, or with other features, and never looked at


def half(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Returns float tensors as bf16."""
    return {name: t.bfloat16() if t.is_floating_point() else t for name, t in tensors.items()}


def apply(recipe, tensors: dict[str, torch.Tensor]) -> np.ndarray:
    """Returns the network's float32 result on a photo, what it fills a hole in one with, or its first samples."""
    (name,) = recipe.method.exportable()
    net = recipe.method.networks()[name].eval()
    net.load_state_dict(
        {key.removeprefix(f"{name}."): v.float() if v.is_floating_point() else v for key, v in tensors.items()}
    )
    if "seed" in recipe.method.describe().needs:
        seeds = torch.arange(64)
        classes = recipe.method.networks_.classes
        query = Query(label=seeds % classes if classes else None)
        with torch.no_grad():
            return recipe.method.apply({name: net}, query, Draws(0, 0, "apply", seeds)).images.numpy()
    photo = torch.from_numpy(data.astronaut()[:256, :256].copy()).permute(2, 0, 1)[None].float() / 127.5 - 1
    if recipe.method.describe().channels == 1:
        photo = photo.mean(dim=1, keepdim=True)
    if "mask" in recipe.method.describe().needs:
        mask = torch.zeros(1, 1, *photo.shape[2:])
        mask[:, :, 96:160, 64:192] = 1
        with torch.no_grad():
            made = recipe.method.apply(
                {name: net}, Query(image=photo, mask=mask), Draws(0, 0, "apply", torch.arange(1))
            )
        return made.images[mask.expand_as(photo) > 0.5].numpy()
    with torch.no_grad():
        return net(photo).numpy()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("name")
    parser.add_argument("--metrics", type=json.loads, default={}, help="JSON object of measured figures, for the card")
    parser.add_argument(
        "--legs", type=Path, nargs="*", default=[], help="models this training started from, first to last"
    )
    parser.add_argument("--int8", action="store_true", help="a byte for each weight instead of two")
    parser.add_argument("--then", default="", help="bundled model that takes the result over, as noise after darkness")
    parser.add_argument("--faithful", default="", help="bundled model it was trained on from: the dial's other end")
    arguments = parser.parse_args()
    recipe = catalog.recipe(arguments.name)
    header, tensors = checkpoint.read_header(arguments.model), checkpoint.load_tensors(arguments.model)
    storage, small = ("int8", pack(tensors)) if arguments.int8 else ("bf16", half(tensors))
    full, stored = apply(recipe, tensors), apply(recipe, unpack(small))
    # A classifier's logits, or the odds of a mask, which reach beyond images' [-1, 1].
    logits = full.ndim == 2 or isinstance(recipe.method, Segmentation)
    span = float(full.max() - full.min()) if logits else 2.0
    decibel = float(-10 * np.log10(np.square((full - stored) / span).mean()))
    if decibel < (FLOOR_LOGITS_DB if logits else FLOOR_INT8_DB if arguments.int8 else FLOOR_DB):
        raise SystemExit(f"{storage} storage changes the result ({decibel:.1f} dB): store more bits.")
    header |= {
        "name": arguments.name,
        "settings": to_json(recipe.method),
        "card": model_card(recipe).to_json(),
        "licence": recipe.about.licence,
        "data": recipe.about.data,
        "metrics": arguments.metrics or header.get("metrics", {}),
    }
    header |= {name: value for name in ("then", "faithful") if (value := getattr(arguments, name))}
    legs = [checkpoint.read_header(leg)["provenance"] for leg in arguments.legs]
    header["provenance"] |= {
        "earlier_legs": legs or header["provenance"].get("earlier_legs", []),
        "storage": f"{storage}, {decibel:.1f} dB to the weights it was made of, on a photo",
    }
    path = FOLDER / f"{arguments.name}.safetensors"
    checkpoint.save(path, small, header)
    size = path.stat().st_size
    if size > LIMIT_BYTES:
        path.unlink()
        raise SystemExit(f"{size:,} bytes: bundled weights are at most {LIMIT_BYTES:,}.")
    print(f"{path.name}: {size:,} bytes, {storage} against float32 {decibel:.1f} dB")


if __name__ == "__main__":
    main()
