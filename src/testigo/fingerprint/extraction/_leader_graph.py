"""LEADER's layers built again from its weights: the same function in less than a third of the time.

The file, exported from TensorFlow, spells out each activation, normalisation, dilated convolution and doubling as up
to thirty small operators, and its time goes into them. Here each is the one operator that ONNX Runtime has for it, and
some layers change places where algebra says that the result is the same:

- linear layers in a row that look at one pixel are multiplied into one;
- layers that look at one pixel come before the doubling of rows and columns, not after it;
- a 5 × 5 convolution of a doubled map is four 3 × 3 convolutions of the map itself, one for each of the four pixels;
- direction and type are computed at the minutiae only, each from a patch of 9 × 9 features.

Channels come in multiples of 16, because ONNX Runtime keeps them in blocks of that size; those added hold zeros.
Layers are called what they are called in the file.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from testigo.fingerprint.extraction._onnx import Graph, Model

LEVELS = 4  # halvings within each of the two autoencoders, after one before them
PATCH = 9  # side of the square of features that decides a minutia's direction and type
BLOCK = 16  # channels that ONNX Runtime keeps together
WIDE = ("enc1_0", "head_0_ibc")  # the widest layers on the largest maps
STRIPS = 8  # they take the map in parts, which stay in the processor's cache from one layer to the next
Array = NDArray[Any]


class Planes(NamedTuple):
    """A value of shape (n, channels, height, width). `layout`: the file's number of each channel, -1 for zeros."""

    value: str
    layout: Array


class Linear(NamedTuple):
    """Weights and bias of a convolution: (to, from, rows, columns) and (to,)."""

    weight: Array
    bias: Array


def maps_graph(model: Model) -> bytes:
    """From "greys" (1, 1, height, width) to "quality", of the same shape, and "features" (1, channels, half, half)."""
    layers = _Layers(model)
    features = layers.features(Planes("greys", np.arange(1)))
    layers.graph.node("Identity", features.value, name="features")
    layers.quality(features)
    return layers.graph.to_bytes(["greys"], ["quality", "features"])


def minutiae_graph(model: Model) -> bytes:
    """From "patches" of features (n, channels, 9, 9) and "inside" (n, 1, 3, 3), 0 where their middle leaves the map.

    To "direction" (n, 8, 1, 1), x and y of the direction at each of the four pixels of the middle cell, row by row, and
    "ending" (n, 4, 1, 1), the probability of an ending at each of them.
    """
    layers = _Layers(model)
    skip, up = (len(layers.weights(name).bias) for name in ("enc1_0_conv_adj", "dec1_0_conv_adj"))
    patches = Planes("patches", _joined_layout(skip, up))
    direction = layers.head(patches, 1, layers.weights("head_conv_dir"), inside="inside")
    layers.graph.node("Identity", direction, name="direction")
    ending = layers.head(patches, 2, layers.weights("head_conv_typ"), inside="inside")
    layers.graph.node("Sigmoid", ending, name="ending")
    return layers.graph.to_bytes(["patches", "inside"], ["direction", "ending"])


class _Layers:
    """The graph under construction, and the weights that go into it."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.graph = Graph()

    # The network's parts, in the order of an image's way through them

    def features(self, greys: Planes) -> Planes:
        """What all heads see: the first autoencoder weighs its own output, the second sees that and the image."""
        now = self._pool("MaxPool", self._stem(greys, "stem0"))
        skips = []
        for level in range(LEVELS):
            skips.append(self._separable(now, f"enc0_{level}"))
            now = self._halved(skips[-1])
        for level in reversed(range(LEVELS)):
            now = self._joined(skips[level], self._separable(now, f"dec0_{level}"))
        now = self._concat(self._attention(now), self._pool("AveragePool", self._stem(greys, "stem1")))
        skips = []
        for level in range(LEVELS):
            skips.append(self._mixed(now, f"enc1_{level}"))
            now = self._halved(skips[-1])
        for level in reversed(range(LEVELS)):
            now = self._joined(skips[level], self._mixed(now, f"dec1_{level}"))
        return now

    def quality(self, features: Planes) -> None:
        """The probability of a minutia's place, blurred, kept at the largest of 7 × 7 pixels and 0 elsewhere."""
        add = self.graph.node
        four = add("Sigmoid", self.head(features, 0, self.weights("head_conv_pos")))
        place = Planes(add("DepthToSpace", four, blocksize=2), np.arange(1))
        blurred = self._conv(place, self.weights("nms_Gaussian_blur")).value
        largest = add("MaxPool", blurred, kernel_shape=[7, 7], strides=[1, 1], pads=[3, 3, 3, 3])
        kept = add("Cast", add("Equal", blurred, largest), to=1)
        add("Mul", largest, kept, name="quality")

    def head(self, features: Planes, number: int, last: Linear, inside: str = "") -> str:
        """A head, for the four pixels of each cell. `inside`: the features are patches, see `minutiae_graph`."""
        name = f"head_{number}"
        narrowed = _product(self.weights(f"{name}_conv1"), self.weights(f"{name}_ibc_conv_adj"))
        straight, mixed = self._mixed_to(features, f"{name}_ibc", narrowed, patches=bool(inside))
        normal = self._normalised(self.graph.node("Add", self._to_pixels(straight), mixed), f"{name}_ln")
        now = self._to_planes(self._gelu(self._linear(normal, self.weights(f"{name}_conv2"))))
        if inside:
            now = self.graph.node("Mul", now, inside)
        planes = Planes(now, np.arange(last.weight.shape[1]))
        return self._conv(planes, _four_pixels(last), pad=not inside).value

    def _stem(self, greys: Planes, name: str) -> Planes:
        near = self._conv(greys, self.weights(f"{name}_conv"))
        far = self._conv(greys, self.weights(f"{name}_dilated_conv"), dilation=2)
        return self._activated(self._concat(near, far), f"{name}_ln")

    def _separable(self, x: Planes, name: str) -> Planes:
        now = self._depthwise(x, self.weights(f"{name}_conv", "separable_conv2d/depthwise:0"))
        return self._activated(self._conv(now, self.weights(f"{name}_conv")), f"{name}_ln")

    def _attention(self, x: Planes) -> Planes:
        """Each channel weighed by what three convolutions of different reach see."""
        sights = []
        for reach in (1, 3, 6):
            seen = self._conv(x, self.weights(f"attention_conv_d{reach}"), dilation=reach)
            sights.append(Planes(self._gelu(seen.value), seen.layout))
        weights = self._conv(self._concat(*sights), self.weights("attention_s"), layout=x.layout)
        return Planes(self.graph.node("Mul", x.value, self.graph.node("Sigmoid", weights.value)), x.layout)

    def _mixed(self, x: Planes, name: str) -> Planes:
        """A block of the second autoencoder: each channel by itself, all channels of a pixel, added to x, adjusted."""
        adjust = self.weights(f"{name}_conv_adj")
        if len(adjust.bias) < (x.layout >= 0).sum():
            straight, mixed = self._mixed_to(x, name, adjust)
            return Planes(self.graph.node("Add", straight.value, self._to_planes(mixed)), straight.layout)
        reduce = self.weights(f"{name}_conv_red")
        mixed = self._to_planes(self._hidden(x, name, _gathered(reduce.weight, x.layout, 0)))
        total = Planes(self.graph.node("Add", x.value, mixed), x.layout)
        bias = _product(adjust, reduce).bias
        return self._conv(total, adjust._replace(bias=bias), layout=_padded(len(bias)))

    def _mixed_to(self, x: Planes, name: str, adjust: Linear, *, patches: bool = False) -> tuple[Planes, str]:
        """The same with fewer channels behind it: the two terms of the sum, adjusted each, planes and pixels."""
        both = _product(adjust, self.weights(f"{name}_conv_red"))
        few = len(adjust.bias) < BLOCK
        layout = np.arange(len(adjust.bias)) if few else _padded(len(adjust.bias))
        mixed = self._hidden(x, name, _gathered(both.weight, layout, 0), patches=patches)
        if patches:
            middle = [self.graph.constant(np.array(ends)) for ends in ([3, 3], [6, 6], [2, 3])]
            x = x._replace(value=self.graph.node("Slice", x.value, *middle))
        return self._conv(x, adjust._replace(bias=both.bias), layout=layout), mixed

    def _hidden(self, x: Planes, name: str, last: Array, *, patches: bool = False) -> str:
        """Pixels: a convolution of each channel, then per pixel normalisation, expansion, activation, `last`."""
        seen = self._depthwise(x, self.weights(f"{name}_depthwise_conv", "depthwise:0"), pad=not patches)
        pixels = self._to_pixels(seen)
        expand = self.weights(f"{name}_conv_exp")
        expand = expand._replace(weight=_gathered(expand.weight, x.layout[x.layout >= 0], 1))
        strips = self.graph.split(pixels, STRIPS, 1) if name in WIDE and not patches else [pixels]
        done = []
        for strip in strips:
            normal = self._normalised(strip, f"{name}_ln", x.layout)
            wide = self._gelu(self._linear(normal, expand))
            done.append(self.graph.node("MatMul", wide, self.graph.constant(last[:, :, 0, 0].T)))
        return done[0] if len(done) == 1 else self.graph.node("Concat", *done, axis=1)

    # Steps of them

    def _activated(self, x: Planes, name: str) -> Planes:
        normal = self._normalised(self._to_pixels(x), name)
        return Planes(self._to_planes(self._gelu(normal)), x.layout)

    def _halved(self, x: Planes) -> Planes:
        """The first half of the channels by their largest of 2 × 2, the others by their mean."""
        half = len(x.layout) // 2
        first, second = self.graph.split(x.value, 2, 1)
        largest = self._pool("MaxPool", Planes(first, np.arange(half)))
        return self._concat(largest, self._pool("AveragePool", Planes(second, np.arange(half))))

    def _joined(self, skip: Planes, below: Planes) -> Planes:
        """The level's own channels before those from below, doubled; in the file they come after."""
        scales = self.graph.constant(np.array([1, 1, 2, 2], np.float32))
        nearest = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
        doubled = self.graph.node("Resize", below.value, "", scales, **nearest)
        layout = _joined_layout(len(skip.layout), int((below.layout >= 0).sum()))
        return Planes(self.graph.node("Concat", skip.value, doubled, axis=1), layout)

    def _concat(self, *parts: Planes) -> Planes:
        """Channels behind each other, as in the file."""
        layouts, start = [], 0
        for part in parts:
            layouts.append(part.layout + start)
            start += len(part.layout)
        return Planes(self.graph.node("Concat", *(part.value for part in parts), axis=1), np.concatenate(layouts))

    def _conv(
        self, x: Planes, linear: Linear, *, dilation: int = 1, layout: Array | None = None, pad: bool = True
    ) -> Planes:
        layout = np.arange(len(linear.bias)) if layout is None else layout
        weight = _gathered(_gathered(linear.weight, x.layout, 1), layout, 0)
        value = self._convolved(x.value, Linear(weight, _gathered(linear.bias, layout, 0)), dilation, 1, pad)
        return Planes(value, layout)

    def _depthwise(self, x: Planes, linear: Linear, *, pad: bool = True) -> Planes:
        """Each channel by itself."""
        own = Linear(*(_gathered(part, x.layout, 0) for part in linear))
        return x._replace(value=self._convolved(x.value, own, 1, len(x.layout), pad))

    def _convolved(self, value: str, linear: Linear, dilation: int, group: int, pad: bool) -> str:
        side = linear.weight.shape[2]
        around = [dilation * (side // 2) if pad else 0] * 4  # zeros that keep the size
        constants = (self.graph.constant(part) for part in linear)
        sides, dilations = [side, side], [dilation, dilation]
        return self.graph.node(
            "Conv", value, *constants, kernel_shape=sides, pads=around, dilations=dilations, group=group
        )

    def _linear(self, pixels: str, linear: Linear) -> str:
        product = self.graph.node("MatMul", pixels, self.graph.constant(linear.weight[:, :, 0, 0].T))
        return self.graph.node("Add", product, self.graph.constant(linear.bias))

    def _normalised(self, pixels: str, name: str, layout: Array | None = None) -> str:
        """Zero mean and unit variance over the channels of each pixel, then scaled and shifted."""
        scale, shift, epsilon = self._normalisation(name)
        if layout is not None:
            scale, shift = scale[layout[layout >= 0]], shift[layout[layout >= 0]]
        constants = (self.graph.constant(scale), self.graph.constant(shift))
        return self.graph.node("LayerNormalization", pixels, *constants, axis=-1, epsilon=epsilon)

    def _gelu(self, value: str) -> str:
        return self.graph.node("Gelu", value, approximate="tanh")

    def _pool(self, operator: str, x: Planes) -> Planes:
        return x._replace(value=self.graph.node(operator, x.value, kernel_shape=[2, 2], strides=[2, 2]))

    def _to_pixels(self, x: Planes) -> str:
        """(n, height, width, channels), without the channels added."""
        pixels = self.graph.node("Transpose", x.value, perm=[0, 2, 3, 1])
        true = int((x.layout >= 0).sum())
        if true == len(x.layout):
            return pixels
        ends = [self.graph.constant(np.array([end])) for end in (0, true, 3)]
        return self.graph.node("Slice", pixels, *ends)

    def _to_planes(self, pixels: str) -> str:
        return self.graph.node("Transpose", pixels, perm=[0, 3, 1, 2])

    # What the file holds

    def weights(self, name: str, value: str = "") -> Linear:
        """Weights and bias of a convolution. The file has the bias in it, or in an addition behind it, or none."""
        sources, constants = self._model.sources, self._model.constants
        base = f"functional_1/{name}_1/"
        ends = [value] if value else ["BiasAdd:0", "convolution:0", "Sigmoid:0"]
        source = next(sources[base + end] for end in ends if base + end in sources)
        bias = []
        if source.operator == "Add":
            bias = [self._constant_of(base + "BiasAdd:0").ravel()]
            source = sources[base + "convolution:0"]
        elif source.operator == "Sigmoid":
            source = sources[source.inputs[0]]
        weight, *rest = (constants[constant] for constant in source.inputs[1:])
        return Linear(weight, [*bias, *rest, np.zeros(len(weight), np.float32)][0])

    def _normalisation(self, name: str) -> tuple[Array, Array, float]:
        """Scale, shift and epsilon of a layer normalisation."""
        scale, shift, epsilon = (
            self._constant_of(f"functional_1/{name}_1/{end}:0").ravel() for end in ("mul", "add_1", "add")
        )
        return scale, shift, float(epsilon[0])

    def _constant_of(self, value: str) -> Array:
        """The one constant among the inputs of what computes a value."""
        constants = self._model.constants
        return next(constants[name] for name in self._model.sources[value].inputs if name in constants)


def _padded(channels: int) -> Array:
    """The layout of channels followed by zeros up to a multiple of the block."""
    return np.concatenate([np.arange(channels), np.full(-channels % BLOCK, -1)])


def _joined_layout(skip: int, below: int) -> Array:
    """The layout where a level's own channels stand before those from below."""
    lower = _padded(below)
    return np.concatenate([np.arange(below, below + skip), lower])


def _gathered(weight: Array, layout: Array, axis: int) -> Array:
    """The file's channels in the order of the layout, zeros where it has none."""
    shape = [1] * weight.ndim
    shape[axis] = -1
    taken: Array = np.take(weight, layout, axis=axis) * (layout >= 0).reshape(shape)
    return taken


def _product(last: Linear, first: Linear) -> Linear:
    """Two layers that look at one pixel as one, computed in double precision."""
    outer, inner = (layer.weight[:, :, 0, 0].astype(np.float64) for layer in (last, first))
    return Linear((outer @ inner)[:, :, np.newaxis, np.newaxis], outer @ first.bias + last.bias)


def _four_pixels(linear: Linear) -> Linear:
    """A 5 × 5 convolution of a map whose rows and columns were doubled, as 3 × 3 ones of the map before.

    Output channels: those of the upper left pixel of each cell, upper right, lower left, lower right.
    """
    outputs, inputs = linear.weight.shape[:2]
    weight = np.zeros((2, 2, outputs, inputs, 3, 3))
    for row, column in np.ndindex(2, 2):
        for i, j in np.ndindex(5, 5):
            # Row 2r + row of the doubled map, i - 2 further down, is row (row + i - 2) // 2 further down in the map.
            weight[row, column, :, :, (row + i) // 2, (column + j) // 2] += linear.weight[:, :, i, j]
    return Linear(weight.reshape(4 * outputs, inputs, 3, 3), np.tile(linear.bias, 4))
