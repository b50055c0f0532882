"""The one place that runs a network: OpenVINO on the CPU, ONNX Runtime where OpenVINO cannot be used.

`load("centerface")` gives a `Network`; calling it with a float32 array runs it on one thread. Work is spread over
pictures, one process per core, because two workers with one thread are faster than one with two. Use few different
input shapes: each new one costs a compilation, tens of milliseconds.
"""

from __future__ import annotations

import functools
import importlib.util
import math
import os
import platform
from collections.abc import Callable, Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from screening import code
from screening.arrays import Floats
from screening.compiled import Kept
from screening.finding import ScreeningError
from screening.weights import locate, manifest, sha256_of

if TYPE_CHECKING:
    import onnx

# float32 values below this are denormal: they do not change results, and cost a CPU hundreds of cycles each.
SMALLEST_NORMAL = float(np.finfo(np.float32).tiny)
# OpenCV's constant for the AVX instructions.
AVX = 10


class EngineError(ScreeningError):
    """A network cannot be read or run."""


class Network:
    """A network ready to run: called with its inputs, it returns its outputs.

    Attributes:
        engine: "openvino" or "onnxruntime".
        sha256: of the file it was read from.
    """

    __slots__ = ("_run", "engine", "sha256")

    def __init__(self, run: Callable[[Sequence[Floats]], list[Floats]], *, engine: str, sha256: str) -> None:
        self._run = run
        self.engine = engine
        self.sha256 = sha256

    def __call__(self, *arrays: NDArray[Any]) -> list[Floats]:
        """Runs once on arrays in the network's order; any dtype is converted to float32.

        Usually there is one input, of shape (n, channels, height, width).

        Raises:
            EngineError: if the network takes more inputs or fewer.
        """
        return self._run([np.ascontiguousarray(array, dtype=np.float32) for array in arrays])


def load(network: str | Path, *, engine: str = "auto", by_shape: int = 0) -> Network:
    """A network by its name in models/manifest.toml, or by the path of an ONNX file; read once per process.

    Args:
        network: a name, or a Path.
        engine: "openvino", "onnxruntime", or "auto" for the better one on this computer.
        by_shape: for how many input shapes OpenVINO compiles it by itself and keeps them in memory, the last used; 0
            for one that takes any. Worth measuring: it makes some networks a tenth faster and halves the memory that
            they work in, which each shape has its own of.

    Raises:
        screening.weights.WeightsError: if a named network is missing or altered.
        EngineError: if the file is not a network that the engine can run.
    """
    if isinstance(network, str):
        path = locate(network)  # checks that the hash is the manifest's
        return _load(path, manifest()[network].sha256, engine, by_shape)
    return _load(network.resolve(), "", engine, by_shape)


def probability(logit: float) -> float:
    """The probability, 0 to 1, that a network's logit stands for."""
    return 1 / (1 + math.exp(-min(max(logit, -30.0), 30.0)))


def from_model(
    model: Callable[[], onnx.ModelProto], *, sha256: str = "", engine: str = "auto", by_shape: int = 0
) -> Network:
    """A network from an ONNX model, built from another library's weights.

    Args:
        model: builds it; not called where its compiled form was kept.
        sha256: of the file that it is built from; without one, nothing is kept.
    """
    if engine == "auto":
        engine = preferred()
    try:
        if engine == "openvino":
            return _openvino(lambda: _prepare(model()), sha256, by_shape)
        if engine == "onnxruntime":
            return _onnxruntime(_prepare(model()), sha256)
    except RuntimeError as error:
        raise EngineError(f"{engine} cannot run this network") from error
    raise EngineError(f"no engine is called {engine!r}; known: openvino, onnxruntime, auto")


def preferred() -> str:
    """OpenVINO, the faster one, where it is installed, unless an Intel or AMD processor lacks AVX.

    Small laptops lacked it until 2020. There OpenVINO 2026.4 cannot compile some networks, and others return nothing.
    """
    import cv2

    if importlib.util.find_spec("openvino") is None:
        return "onnxruntime"
    without = platform.machine().lower() in ("x86_64", "amd64") and not cv2.checkHardwareSupport(AVX)
    # this variable makes OpenVINO behave as on such a processor
    told = os.environ.get("ONEDNN_MAX_CPU_ISA", "").upper() == "SSE41"
    return "onnxruntime" if without or told else "openvino"


@functools.cache
def _load(path: Path, sha256: str, engine: str, by_shape: int) -> Network:
    return from_model(lambda: _read(path), sha256=sha256 or sha256_of(path), engine=engine, by_shape=by_shape)


def _read(path: Path) -> onnx.ModelProto:
    import onnx
    from google.protobuf.message import DecodeError

    try:
        return onnx.load(str(path))
    except (OSError, DecodeError, onnx.checker.ValidationError) as error:
        raise EngineError(f"{path.name} cannot be read as an ONNX network") from error


def _prepare(model: onnx.ModelProto) -> bytes:
    """The model's bytes with weights no longer exposed as inputs (which prevents folding), denormals flushed to
    zero, and dynamic batch, height and width."""
    from onnx import numpy_helper

    graph = model.graph
    weights = {tensor.name for tensor in graph.initializer}
    inputs = [value for value in graph.input if value.name not in weights]
    del graph.input[:]
    graph.input.extend(inputs)
    for value in graph.input:
        for axis, dimension in enumerate(value.type.tensor_type.shape.dim):
            if axis != 1:
                dimension.dim_param = f"{value.name}_{axis}"
    for value in graph.output:
        # shapes inferred for one input size would be wrong for others
        value.type.tensor_type.ClearField("shape")
    del graph.value_info[:]
    for tensor in graph.initializer:
        array = numpy_helper.to_array(tensor)
        if array.dtype == np.float32:
            denormal = (np.abs(array) < SMALLEST_NORMAL) & (array != 0)
            if denormal.any():
                tensor.CopyFrom(numpy_helper.from_array(np.where(denormal, np.float32(0), array), tensor.name))
    return bytes(model.SerializeToString())


def _openvino(data: Callable[[], bytes], sha256: str, by_shape: int) -> Network:
    import openvino

    core = openvino.Core()
    # Pinned threads of two workers would share one core.
    options = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "ENABLE_CPU_PINNING": False, "PERFORMANCE_HINT": "LATENCY"}
    made_from = (sha256, code.version(), openvino.__version__, str(options), *_processor(core))
    model = functools.cache(lambda: core.read_model(data()))

    def compiled(shapes: tuple[tuple[int, ...], ...]) -> openvino.CompiledModel:
        kept = Kept(*made_from, str(shapes)) if sha256 else None
        if kept and (whole := kept.read()):
            with suppress(RuntimeError):  # compiled again, if this cannot be read back after all
                return core.import_model(whole, "CPU", options)
        chosen = model()
        if shapes:
            chosen = chosen.clone()
            _check_count(len(shapes), len(chosen.inputs))
            ports = [port.get_any_name() for port in chosen.inputs]
            chosen.reshape(dict(zip(ports, map(openvino.PartialShape, shapes), strict=True)))
        fresh = core.compile_model(chosen, "CPU", options)
        if kept:
            stream = BytesIO()
            fresh.export_model(stream)
            kept.write(stream.getvalue())
        return fresh

    @functools.lru_cache(maxsize=by_shape or 1)
    def request(shapes: tuple[tuple[int, ...], ...]) -> openvino.InferRequest:
        return compiled(shapes).create_infer_request()

    def run(arrays: Sequence[Floats]) -> list[Floats]:
        chosen = request(tuple(array.shape for array in arrays) if by_shape else ())
        _check_count(len(arrays), len(chosen.model_inputs))
        # outputs are copied: the next run overwrites the request's memory
        results = chosen.infer(list(arrays), share_inputs=True, share_outputs=False)
        return [np.asarray(results[index], dtype=np.float32) for index in range(len(chosen.model_outputs))]

    if not by_shape:
        request(())  # a network that cannot be compiled is refused when it is read
    return Network(run, engine="openvino", sha256=sha256)


def _check_count(given: int, taken: int) -> None:
    if given != taken:
        raise EngineError(f"the network takes {taken} inputs, not {given}")


def _processor(core: Any) -> tuple[str, ...]:
    """What a network is compiled for: the processor, what it calculates in, and what it is told not to use."""
    able = sorted(core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"))
    return (core.get_property("CPU", "FULL_DEVICE_NAME"), *able, os.environ.get("ONEDNN_MAX_CPU_ISA", ""))


def _onnxruntime(data: bytes, sha256: str) -> Network:
    import onnxruntime

    onnxruntime.disable_telemetry_events()  # its builds for Windows apps have no such switch
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    inputs = [value.name for value in session.get_inputs()]

    def run(arrays: Sequence[Floats]) -> list[Floats]:
        _check_count(len(arrays), len(inputs))
        results = session.run(None, dict(zip(inputs, arrays, strict=True)))
        return [np.asarray(array, dtype=np.float32) for array in results]

    return Network(run, engine="onnxruntime", sha256=sha256)
