from __future__ import annotations

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from ganvas.core.errors import CheckpointError, SettingsError
from ganvas.nets.compact import Compact
from ganvas.nets.generator import CompactSettings, HalfUNetSettings, RRDBSettings, SRResNetSettings
from ganvas.nets.patchgan import PatchGAN
from ganvas.nets.rrdb import RRDBNet
from ganvas.nets.unet import HalfUNet
from ganvas.nets.vgg import VGG19, load_vgg19

SETTINGS = {
    "compact": (CompactSettings(features=8, convolutions=3), (1, 2, 3, 4)),
    "compact-prelu": (CompactSettings(features=8, convolutions=3, activation="prelu"), (4,)),
    "srresnet": (SRResNetSettings(features=8, blocks=2), (1, 2, 4)),
    "rrdb": (RRDBSettings(features=8, blocks=1, growth=4), (1, 2, 4)),
    "unet": (HalfUNetSettings(features=8, levels=3, blocks=1), (1,)),
}


@pytest.mark.parametrize(("name", "scale"), [(n, s) for n, (_, scales) in SETTINGS.items() for s in scales])
def test_output_is_scale_times_as_large(name: str, scale: int) -> None:
    settings = SETTINGS[name][0]
    image = torch.rand(2, 3, 16, 24) * 2 - 1
    made = settings.build(channels=3, scale=scale)(image)
    assert made.shape == (2, 3, 16 * scale, 24 * scale)


@pytest.mark.parametrize("name", ["compact", "srresnet", "unet"])
def test_untrained_network_is_close_to_the_plain_upsampler(name: str) -> None:
    torch.manual_seed(0)
    settings, scales = SETTINGS[name]
    scale = scales[-1]
    image = torch.rand(1, 3, 16, 16) * 2 - 1
    made = settings.build(channels=3, scale=scale)(image)
    nearest = nn.functional.interpolate(image, scale_factor=scale, mode="nearest")
    assert (made - nearest).abs().mean() < 0.3 * image.abs().mean()


def test_compact_has_the_parameter_names_of_the_published_network() -> None:
    names = set(Compact(num_feat=64, num_conv=32, upscale=4).state_dict())
    expected = {f"body.{2 * i}.{kind}" for i in range(33 + 1) for kind in ("weight", "bias")}
    expected |= {f"body.{2 * i + 1}.weight" for i in range(33)}
    assert names == expected


def test_compact_upsamples_channels_in_pixel_shuffle_order() -> None:
    net = Compact(num_feat=4, num_conv=0, upscale=2)
    with torch.no_grad():
        for parameter in net.body[-1].parameters():
            parameter.zero_()
    image = torch.rand(1, 3, 3, 5)
    assert torch.equal(net(image), nn.functional.interpolate(image, scale_factor=2, mode="nearest"))


def test_rrdb_has_the_parameter_names_of_basicsr() -> None:
    names = set(RRDBNet(num_feat=8, num_block=2, num_grow_ch=4).state_dict())
    expected = {"conv_first", "conv_body", "conv_up1", "conv_up2", "conv_hr", "conv_last"}
    expected |= {f"body.{i}.rdb{j}.conv{k}" for i in range(2) for j in range(1, 4) for k in range(1, 6)}
    assert names == {f"{name}.{kind}" for name in expected for kind in ("weight", "bias")}
    assert RRDBNet(scale=2, num_feat=8, num_block=1, num_grow_ch=4).conv_first.weight.shape[1] == 12


def test_impossible_scales_are_refused() -> None:
    for settings, scale in ((SRResNetSettings(), 3), (RRDBSettings(), 8), (HalfUNetSettings(), 2)):
        with pytest.raises(SettingsError):
            settings.build(channels=3, scale=scale)
    with pytest.raises(ValueError, match="equal"):
        Compact(num_in_ch=1, num_out_ch=3)


@pytest.mark.parametrize("shape", [(8, 8), (24, 40)])
def test_unet_takes_every_multiple_and_no_more_levels_than_it_says(shape: tuple[int, int]) -> None:
    assert HalfUNet(features=8, levels=3, blocks=1)(torch.rand(1, 3, *shape)).shape == (1, 3, *shape)
    assert HalfUNetSettings(levels=3).multiple_of == 8


def test_patchgan_sees_the_patch_it_says_and_spectral_norm_holds() -> None:
    net = PatchGAN(features=8, layers=3).double()
    for _ in range(60):  # the power iteration converges
        net(torch.rand(1, 3, 32, 32, dtype=torch.float64))
    net.eval()
    for conv in net.body:
        assert float(torch.linalg.svdvals(conv.weight.detach().flatten(1))[0]) == pytest.approx(1, abs=0.02)
    side = 96
    image = torch.rand(1, 3, side, side, dtype=torch.float64, requires_grad=True)
    logits, features = net(image)
    assert logits.shape == (1, 1, side // 8, side // 8)
    assert [f.shape[1] for f in features] == [8, 16, 32, 64, 64]
    logits[0, 0, 6, 6].backward()
    reached = torch.nonzero(image.grad.abs().sum((0, 1)).any(1)).flatten()
    assert int(reached.max() - reached.min()) + 1 == 56


def test_vgg_features_are_before_the_activation_and_read_from_a_file(tmp_path) -> None:
    torch.manual_seed(0)
    whole = VGG19()
    path = tmp_path / "vgg19.safetensors"
    save_file({k: v.contiguous() for k, v in whole.state_dict().items()} | {"classifier.0.bias": torch.zeros(3)}, path)
    image = torch.rand(1, 3, 32, 32) * 2 - 1
    first, last = load_vgg19(path, taps=(0, 15))(image)
    assert first.shape == (1, 64, 32, 32)
    assert last.shape == (1, 512, 2, 2)
    assert (first < 0).any()
    normal = ((image + 1) / 2 - whole.mean) / whole.deviation
    torch.testing.assert_close(first, whole.features[0](normal))
    assert not any(p.requires_grad for p in load_vgg19(path).parameters())
    (tmp_path / "no.safetensors").write_bytes(b"no")
    with pytest.raises(CheckpointError, match="VGG19"):
        load_vgg19(tmp_path / "no.safetensors")
