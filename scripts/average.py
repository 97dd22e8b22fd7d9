"""Averages the weights of models that were trained from the same ancestor: neither's excesses, most of both's gains.

    python scripts/average.py RUN_A/model.safetensors RUN_B/model.safetensors --output mean.safetensors

Source: Wortsman et al. 2022, Model soups, https://arxiv.org/abs/2203.05482; for GANs, network interpolation (Wang et
al. 2018, ESRGAN, section 3.4). The header is the last model's; the provenance of the others is kept beside it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from ganvas.core.errors import CheckpointError
from ganvas.io import checkpoint


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path, nargs="+")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    headers = [checkpoint.read_header(path) for path in arguments.models]
    tensors = [checkpoint.load_tensors(path) for path in arguments.models]
    shapes = [{name: tuple(value.shape) for name, value in one.items()} for one in tensors]
    if any(shape != shapes[0] for shape in shapes):
        raise CheckpointError("The models differ in their networks: average runs of one recipe.")
    mean = {name: sum(one[name].float() for one in tensors) / len(tensors) for name in tensors[0]}
    header = headers[-1]
    header["provenance"] |= {"averaged_with": [other["provenance"] for other in headers[:-1]]}
    checkpoint.save(arguments.output, mean, header)
    print(f"{arguments.output}: the mean of {len(tensors)} models")


if __name__ == "__main__":
    main()
