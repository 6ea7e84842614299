"""Writes a model as TorchScript: for any batch size, whole or not at all, with no trace of the machine in it."""

import io
import os
import warnings
import zipfile

import torch

# A zip member must carry a time; a fixed one (the earliest zip knows) keeps the file the same from build to build.
EPOCH = (1980, 1, 1, 0, 0, 0)


def save(model, shape, path):
    """Traces `model`, in eval mode, for inputs [b, *shape] and writes it to `path`, creating its folder.

    Raises ValueError if the trace, or what libtorch's optimisation for inference makes of it, computes something else.
    """
    model.eval()
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore", category=torch.jit.TracerWarning)
        script = torch.jit.trace(model, torch.zeros(2, *shape), check_trace=False)
        probe = torch.rand(3, *shape)
        expected = model(probe)
        tolerance = 1e-3 * expected.abs().max().item()  # rounding, amplified by the depth of a network
        for form in (script, torch.jit.optimize_for_inference(script)):
            if not torch.allclose(form(probe), expected, atol=tolerance):
                raise ValueError(f"{path.name}: as TorchScript it computes something else")
    buffer = io.BytesIO()
    torch.jit.save(script, buffer)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        _copy_without_debug_records(buffer, aside)
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def _copy_without_debug_records(buffer, path):
    # The debug records hold source positions: absolute paths of whoever built the model. Loading does not need them.
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as target:
        for member in source.infolist():
            if not member.filename.endswith(".debug_pkl"):
                target.writestr(zipfile.ZipInfo(member.filename, EPOCH), source.read(member))
