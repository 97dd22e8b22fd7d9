"""Networks that fill holes: convolutions that know of them, the untrained generator, both judges."""

from __future__ import annotations

import pytest
import torch

from ganvas.core.errors import SettingsError
from ganvas.nets.colour import ColourSettings
from ganvas.nets.inpainting.convolutions import GatedConv, PartialConv
from ganvas.nets.inpainting.generator import InpaintingSettings, paste, posed
from ganvas.nets.inpainting.judges import Judges
from ganvas.nets.pyramid import Pyramid
from ganvas.ops.fill import smooth_fill
from ganvas.ops.lab import lightness_of, to_lab

SMALL = InpaintingSettings(features=4, coarse=2, fine=1)
BOTH = pytest.mark.parametrize("kind", ["gated", "partial"])


def holed(side: int = 16) -> tuple[torch.Tensor, torch.Tensor]:
    image = torch.rand(2, 3, side, side, generator=torch.Generator().manual_seed(3)) * 2 - 1
    mask = torch.zeros(2, 1, side, side)
    mask[:, :, 4:10, 4:10] = 1
    return image, mask


def test_a_partial_convolution_scales_up_by_its_known_taps_and_ignores_the_others() -> None:
    """Liu et al. 2018, eq. 1: with weights of 1/9 it gives the mean of the known neighbours."""
    conv = PartialConv(1, 1)
    with torch.no_grad():
        conv.conv.weight.fill_(1 / 9)
    x = torch.full((1, 1, 3, 3), 5.0)
    x[..., 0, 0] = 1e6
    known = torch.ones(1, 1, 3, 3)
    known[..., 0, 0] = 0
    with torch.no_grad():
        made, after = conv(x, known)
        lost, still = conv(x, torch.zeros(1, 1, 3, 3))
    assert made[0, 0, 1, 1] == pytest.approx(5.0, rel=1e-5)
    assert made[0, 0, 0, 0] == pytest.approx(5.0, rel=1e-5)
    assert torch.equal(after, torch.ones_like(after))  # one step, and the hole is known (eq. 2)
    assert not lost.any() and not still.any()


def test_a_gated_convolution_is_features_times_gates() -> None:
    conv = GatedConv(2, 3)
    x = torch.randn(1, 2, 5, 5)
    features, gates = conv.conv(x)[:, :3], conv.conv(x)[:, 3:]
    torch.testing.assert_close(conv(x, torch.ones(1, 1, 5, 5))[0], features.relu() * gates.sigmoid())


@BOTH
def test_the_untrained_generator_is_about_the_smooth_fill(kind: str) -> None:
    torch.manual_seed(0)
    image, mask = holed(32)
    made, coarse = InpaintingSettings(features=16, coarse=4, fine=2, convolution=kind).build(channels=3)(
        posed(image, mask)
    )
    start = smooth_fill(image, mask)
    assert made.shape == image.shape and coarse.shape == (2, 3, 8, 8)
    assert (made - start).abs().mean() < 0.1
    assert not torch.equal(made, start)


@BOTH
def test_what_stands_in_a_hole_never_reaches_the_generator(kind: str) -> None:
    image, mask = holed()
    net = InpaintingSettings(features=4, coarse=2, fine=1, convolution=kind).build(channels=3)
    other = torch.where(mask > 0, -image, image)
    assert torch.equal(net(posed(image, mask))[0], net(posed(other, mask))[0])


def test_the_default_network_is_small_enough_to_be_bundled() -> None:
    weights = sum(p.numel() for p in InpaintingSettings().build(channels=3).parameters())
    assert weights * 2 < 5e6  # bf16
    assert sum(p.numel() for p in ColourSettings().build(channels=3, scale=1).parameters()) * 2 < 5e6


def test_the_coarse_stage_sees_across_a_large_hole() -> None:
    net = InpaintingSettings(features=2, coarse=4, fine=1).build(channels=1).double()
    x = torch.zeros(1, 2, 256, 256, dtype=torch.float64)
    x[:, 1] = 1
    x[:, 1, 128, 30] = 0
    x.requires_grad_(True)
    net(x)[0][0, 0, 128, 150].backward()
    assert x.grad is not None and x.grad[0, 0, 128, 30] != 0


def test_known_pixels_are_pasted_bit_for_bit() -> None:
    image, mask = holed()
    made = paste(image, image * 0.3 + 0.1, mask)
    assert torch.equal(made * (1 - mask), image * (1 - mask))
    assert torch.equal(made[mask.expand_as(made) > 0], (image * 0.3 + 0.1)[mask.expand_as(made) > 0])


def test_both_judges_see_the_mask_and_the_whole_one_gives_one_logit() -> None:
    image, mask = holed(32)
    net = Judges(channels=3, features=4, layers=2).eval()
    (patches, whole), below = net(torch.cat([image, mask], dim=1))
    assert patches.shape == (2, 1, 8, 8) and whole.shape == (2, 1, 1, 1) and len(below) == 4
    (others, other), _ = net(torch.cat([image, 1 - mask], dim=1))
    assert not torch.equal(patches, others) and not torch.equal(whole, other)
    assert len(Judges(channels=3, features=4, layers=2, of="patch")(torch.cat([image, mask], dim=1))[0]) == 1


def test_colouring_keeps_lightness_and_starts_near_gray() -> None:
    torch.manual_seed(0)
    gray = torch.rand(1, 1, 32, 32).expand(-1, 3, -1, -1) * 2 - 1
    made = ColourSettings(features=8, levels=2, blocks=1).build(channels=3, scale=1)(gray)
    torch.testing.assert_close(lightness_of(to_lab(made)), lightness_of(to_lab(gray)), atol=2e-3, rtol=0)
    assert 0 < to_lab(made)[:, 1:].abs().mean() < 15


def test_a_pyramid_of_the_identity_is_the_identity_and_of_one_scale_the_network() -> None:
    image = torch.rand(1, 3, 16, 16)
    torch.testing.assert_close(Pyramid(torch.nn.Identity(), scales=3)(image), image)
    network = torch.nn.Conv2d(3, 3, 3, padding=1)
    assert torch.equal(Pyramid(network, scales=1)(image), network(image))
    assert {name for name, _ in Pyramid(network, scales=3).named_parameters()} == {"network.weight", "network.bias"}


def test_a_coarse_scale_repairs_what_the_finer_one_cannot_see() -> None:
    """A network that takes away the mean of 3 px sees a wave of 12 px only where it is 3 px long."""

    class Mean(torch.nn.Module):
        def forward(self, image: torch.Tensor) -> torch.Tensor:
            around = torch.nn.functional.avg_pool2d(image, 3, stride=1, padding=1, count_include_pad=False)
            return around

    wave = torch.sin(torch.arange(48) * 2 * torch.pi / 12).expand(1, 1, 48, 48)
    assert Pyramid(Mean(), scales=3)(wave).abs().mean() < 0.6 * Mean()(wave).abs().mean()


@pytest.mark.parametrize("build", [lambda: InpaintingSettings(fine=0), lambda: Pyramid(torch.nn.Identity(), scales=0)])
def test_impossible_settings_are_refused(build: object) -> None:
    with pytest.raises(SettingsError, match="at least 1"):
        build()  # type: ignore[operator]
    with pytest.raises(SettingsError, match="channels 3"):
        ColourSettings().build(channels=1, scale=1)
