"""One tiny instance of every method, with batches for it. A method without a case fails the contract tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch

from ganvas.core.batch import Batch, Clean, Labelled, Masked, Paired, Unpaired
from ganvas.core.method import Method
from ganvas.games.stabilisers import Repeats, Stabilisers
from ganvas.methods.classifier import Classifier
from ganvas.methods.co_gan import CoGAN
from ganvas.methods.colorize_gan import ColorizeGAN
from ganvas.methods.conditional_gan import ConditionalGAN
from ganvas.methods.dcgan import DCGAN
from ganvas.methods.deblur_gan import DeblurGAN
from ganvas.methods.enhancement_gan import EnhancementGAN
from ganvas.methods.esrgan import ESRGAN
from ganvas.methods.info_gan import InfoGAN
from ganvas.methods.inpainting_gan import InpaintingGAN
from ganvas.methods.lsgan import LSGAN
from ganvas.methods.multi_scale import MultiScale
from ganvas.methods.r3gan import R3Gan
from ganvas.methods.regression import Regression
from ganvas.methods.sagan import SAGAN
from ganvas.methods.segmentation import Segmentation
from ganvas.methods.semantic_inpainting import SemanticInpainting
from ganvas.methods.sngan import SNGAN
from ganvas.methods.srgan import SRGAN
from ganvas.methods.vanilla_gan import VanillaGan
from ganvas.methods.weakly_supervised_gan import WeaklySupervisedGAN
from ganvas.methods.wgan import WGAN
from ganvas.methods.wgan_gp import WganGp
from ganvas.nets.colour import ColourSettings
from ganvas.nets.feature_net import FeatureSettings
from ganvas.nets.generator import CompactSettings, FieldSettings, HalfUNetSettings, RRDBSettings
from ganvas.nets.inpainting.generator import InpaintingSettings
from ganvas.nets.synthesis.settings import DCGANSettings, MLPSettings, ResNetSettings
from ganvas.ops import random


@dataclass(frozen=True)
class Made:
    """A stream of made-up samples, each a function of its index."""

    sample: Callable[[torch.Tensor], Batch]

    def batch(self, first: int, count: int) -> Any:
        return self.sample(torch.arange(first, first + count))


def points(index: torch.Tensor) -> Clean:
    return Clean(random.normal(1, index, (2,)))


def images(index: torch.Tensor) -> Clean:
    return Clean(random.uniform(2, index, (1, 16, 16)) * 2 - 1)


def pairs(side: int, scale: int) -> Callable[[torch.Tensor], Paired]:
    def make(index: torch.Tensor) -> Paired:
        source = random.uniform(2, index, (3, side, side)) * 2 - 1
        target = source.repeat_interleave(scale, 2).repeat_interleave(scale, 3) * 0.9
        return Paired(source, target)

    return make


def marked(index: torch.Tensor) -> Paired:
    source = random.uniform(2, index, (3, 8, 8)) * 2 - 1
    return Paired(source, (source.mean(1, keepdim=True) > 0.2).to(source).expand(-1, 3, -1, -1) * 2 - 1)


def labelled(index: torch.Tensor) -> Labelled:
    label = index % 3
    image = random.uniform(2, index, (3, 8, 8)) * 2 - 1
    return Labelled(image * (label + 1).reshape(-1, 1, 1, 1) / 3, label)


def classed(index: torch.Tensor) -> Labelled:
    label = index % 3
    return Labelled(images(index).image * (label + 1).reshape(-1, 1, 1, 1) / 3, label)


def partly_classed(index: torch.Tensor) -> Labelled:
    batch = classed(index)
    return Labelled(batch.image, torch.where(index % 2 == 0, batch.label, -1))


def two_domains(index: torch.Tensor) -> Unpaired:
    return Unpaired(images(index).image, -images(index + 1_000).image)


def holes(side: int, channels: int) -> Callable[[torch.Tensor], Masked]:
    """Images whose middle is missing, one row more in every second one."""

    def make(index: torch.Tensor) -> Masked:
        image = random.uniform(2, index, (channels, side, side)) * 2 - 1
        mask = torch.zeros(len(index), 1, side, side, dtype=image.dtype)
        mask[:, :, side // 4 : side // 2, side // 4 : side // 2] = 1
        mask[index % 2 == 0, :, side // 2] = 1
        return Masked(image, mask)

    return make


@dataclass(frozen=True)
class Case:
    method: Method[Any]
    stream: Made
    file: str
    logits: int = 0  # where the answer is no image


_tiny = CompactSettings(features=4, convolutions=1)
_filler = InpaintingSettings(features=4, coarse=2, fine=1)
_twice = Repeats(count=2)
_strided = DCGANSettings(size=16, channels=1, latent=3, features_g=4, features_d=4)
_residual = ResNetSettings(size=16, channels=1, latent=3, features_g=4, features_d=4, plain_d=1)
_planar = MLPSettings(width=8, depth_g=1, depth_d=1, latent=3)
CASES = {
    "vanilla_gan": Case(VanillaGan(networks_=_planar), Made(points), "vanilla_gan"),
    "wgan_gp": Case(WganGp(networks_=_planar), Made(points), "wgan_gp"),
    "r3gan": Case(R3Gan(networks_=_planar), Made(points), "r3gan"),
    "dcgan": Case(DCGAN(networks_=_strided), Made(images), "dcgan"),
    "lsgan": Case(LSGAN(networks_=_strided), Made(images), "lsgan"),
    "wgan": Case(WGAN(networks_=replace(_strided, norm_d="none"), n_critic=_twice), Made(images), "wgan"),
    "sngan": Case(SNGAN(networks_=_residual, n_critic=_twice), Made(images), "sngan"),
    "sagan": Case(SAGAN(networks_=replace(_residual, attention_at=(8,), spectral_norm_g=True)), Made(images), "sagan"),
    "vanilla_gan-stabilised": Case(
        VanillaGan(
            networks_=replace(_strided, norm_g="virtual", norm_d="none", minibatch_std=3, minibatch_discrimination=2),
            average_images=100,
            stabilise=Stabilisers(
                r1=1.0,
                r2=1.0,
                penalty_every=2,
                label_smoothing=0.1,
                instance_noise=0.1,
                feature_matching=0.1,
                historical_averaging=0.1,
                lecam=0.1,
                lecam_images=6,
                entropy=0.1,
                augment="ada",
                ada_speed_images=100,
            ),
        ),
        Made(images),
        "vanilla_gan",
    ),
    "conditional_gan": Case(
        ConditionalGAN(networks_=replace(_strided, classes=3, condition="concatenate")),
        Made(classed),
        "conditional_gan",
    ),
    "conditional_gan-auxiliary": Case(
        ConditionalGAN(networks_=replace(_strided, classes=3, condition="auxiliary")), Made(classed), "conditional_gan"
    ),
    "conditional_gan-projection": Case(
        ConditionalGAN(networks_=replace(_residual, classes=3, condition="projection"), game="hinge"),
        Made(classed),
        "conditional_gan",
    ),
    "info_gan": Case(InfoGAN(networks_=replace(_strided, classes=3, condition="auxiliary")), Made(images), "info_gan"),
    "weakly_supervised_gan": Case(
        WeaklySupervisedGAN(networks_=replace(_strided, classes=3, condition="fused", norm_d="none", dropout=0.2)),
        Made(partly_classed),
        "weakly_supervised_gan",
    ),
    "weakly_supervised_gan-auxiliary": Case(
        WeaklySupervisedGAN(
            networks_=replace(_strided, classes=3, condition="auxiliary"),
            unsupervised=0.7,
            adversarial=1.0,
            stabilise=Stabilisers(),
        ),
        Made(partly_classed),
        "weakly_supervised_gan",
    ),
    "co_gan": Case(CoGAN(networks_=_strided), Made(two_domains), "co_gan"),
    "regression-x2": Case(Regression(generator=_tiny, scale=2), Made(pairs(8, 2)), "regression"),
    "regression-unet": Case(
        Regression(generator=HalfUNetSettings(features=4, levels=2, blocks=1), scale=1, task="denoise"),
        Made(pairs(8, 1)),
        "regression",
    ),
    "regression-field": Case(
        Regression(generator=FieldSettings(side=16, features=4, bins=2, blocks=1), scale=1, task="dehaze"),
        Made(pairs(8, 1)),
        "regression",
    ),
    "segmentation": Case(
        Segmentation(generator=HalfUNetSettings(features=4, levels=2, blocks=1)), Made(marked), "segmentation"
    ),
    "srgan": Case(SRGAN(generator=_tiny, scale=2, d_features=4, d_layers=2), Made(pairs(8, 2)), "srgan"),
    "srgan-average": Case(
        SRGAN(generator=_tiny, scale=2, d_features=4, d_layers=2, game="relativistic_average", content=0.0),
        Made(pairs(8, 2)),
        "srgan",
    ),
    "srgan-bce": Case(
        SRGAN(generator=_tiny, scale=2, d_features=4, d_layers=2, game="standard"), Made(pairs(8, 2)), "srgan"
    ),
    "esrgan": Case(
        ESRGAN(
            generator=RRDBSettings(features=4, blocks=1, growth=2),
            scale=4,
            content_by="discriminator",
            structure=1.0,
            d_features=4,
            d_layers=2,
        ),
        Made(pairs(8, 4)),
        "esrgan",
    ),
    "enhancement_gan-field": Case(
        EnhancementGAN(
            generator=FieldSettings(side=16, features=4, bins=2, blocks=1),
            content=0.5,
            content_by="discriminator",
            d_features=4,
            d_layers=2,
        ),
        Made(pairs(16, 1)),
        "enhancement_gan",
    ),
    "enhancement_gan-kernel": Case(
        EnhancementGAN(
            generator=HalfUNetSettings(features=4, levels=2, blocks=1),
            game="relativistic_average",
            distance="bounded_kernel",
            d_features=4,
            d_layers=2,
        ),
        Made(pairs(8, 1)),
        "enhancement_gan",
    ),
    "deblur_gan": Case(
        DeblurGAN(
            generator=HalfUNetSettings(features=4, levels=2, blocks=1),
            n_critic=2,
            content_by="discriminator",
            d_features=4,
            d_layers=2,
        ),
        Made(pairs(8, 1)),
        "deblur_gan",
    ),
    "deblur_gan-relativistic": Case(
        DeblurGAN(
            generator=HalfUNetSettings(features=4, levels=2, blocks=1),
            game="relativistic_paired",
            n_critic=1,
            content=0.0,
            d_features=4,
            d_layers=2,
        ),
        Made(pairs(8, 1)),
        "deblur_gan",
    ),
    "inpainting_gan": Case(
        InpaintingGAN(
            generator=_filler,
            content=0.1,
            content_by="discriminator",
            d_features=4,
            d_layers=2,
            stabilise=Stabilisers(r1=1.0, r2=1.0, penalty_every=2, instance_noise=0.1),
        ),
        Made(holes(16, 3)),
        "inpainting_gan",
    ),
    "inpainting_gan-article": Case(
        InpaintingGAN(
            generator=replace(_filler, convolution="partial"),
            game="standard",
            judges="patch",
            pixel=1.0,
            hole=0.0,
            valid=0.0,
            coarse=0.0,
            structure=0.0,
            d_features=4,
            d_layers=2,
            stabilise=Stabilisers(label_smoothing=0.1, r1=1.0),
        ),
        Made(holes(16, 3)),
        "inpainting_gan",
    ),
    "inpainting_gan-regression": Case(
        InpaintingGAN(generator=_filler, distance="l2", adversarial=0.0), Made(holes(16, 3)), "inpainting_gan"
    ),
    "semantic_inpainting": Case(
        SemanticInpainting(generator=_filler, channels=1, game="relativistic_average", d_features=4, d_layers=2),
        Made(holes(16, 1)),
        "semantic_inpainting",
    ),
    "colorize_gan": Case(
        ColorizeGAN(generator=ColourSettings(features=4, levels=2, blocks=1), look=8, d_features=4, d_layers=2),
        Made(pairs(16, 1)),
        "colorize_gan",
    ),
    "colorize_gan-regression": Case(
        ColorizeGAN(generator=ColourSettings(features=4, levels=2, blocks=1), adversarial=0.0),
        Made(pairs(16, 1)),
        "colorize_gan",
    ),
    "multi_scale": Case(
        MultiScale(inner=Regression(generator=_tiny, scale=1, task="denoise"), scales=2),
        Made(pairs(8, 1)),
        "multi_scale",
    ),
    "multi_scale-srgan": Case(
        MultiScale(
            inner=SRGAN(generator=_tiny, task="deblur", scale=1, content_by="discriminator", d_features=4, d_layers=2),
            scales=2,
        ),
        Made(pairs(8, 1)),
        "multi_scale",
    ),
    "classifier": Case(
        Classifier(network=FeatureSettings(widths=(4, 6), convolutions=(1, 2)), classes=3),
        Made(labelled),
        "classifier",
        logits=3,
    ),
}
