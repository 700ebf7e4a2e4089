"""libantigrad_gpu.so, through ctypes: the kernels that antigrad generates, on tensors."""

import ctypes
import pathlib

import torch

PASSES = {  # in the order of Pass: inputs, outputs
    "forward": (1, 1),
    "backward": (2, 1),
    "double_backward": (3, 2),
    "gated_forward": (2, 1),
    "gated_backward": (3, 2),
}
TYPES = {"f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16}


class Library:
    def __init__(self, folder):
        self.library = ctypes.CDLL(str(pathlib.Path(folder).resolve() / "libantigrad_gpu.so"))
        self.library.antigrad_gpu_open.restype = ctypes.c_void_p
        self.library.antigrad_gpu_workspace.restype = ctypes.c_longlong

    def call(self, name, *arguments):
        error = ctypes.create_string_buffer(1 << 16)
        result = getattr(self.library, "antigrad_gpu_" + name)(*arguments, error, ctypes.c_size_t(len(error)))
        return result, error.value.decode()

    def compiler(self):
        return self.call("compiler")[1]


def pointers(tensors):
    return (ctypes.c_void_p * max(len(tensors), 1))(*(None if t is None else t.data_ptr() for t in tensors))


class Kernel:
    """All passes of one activation for one type. Raises RuntimeError with the library's message."""

    def __init__(self, library, activation, type_name, by_channel=False, device=0):
        self.library = library
        handle, error = library.call("open", activation.encode(), type_name.encode(), int(by_channel), device)
        if not handle:
            raise RuntimeError(error)
        self.handle = ctypes.c_void_p(handle)

    def close(self):
        self.library.library.antigrad_gpu_close(self.handle)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def call(self, pass_name, inputs, theta=None, ggtheta=None, channels=1, inner=1):
        """Memory for one call; theta, ggtheta: [parameter][channel], float32."""
        count_in, count_out = PASSES[pass_name]
        assert len(inputs) == count_in
        sizes = (ctypes.c_longlong * 3)(inputs[0].numel(), channels, inner)
        number = list(PASSES).index(pass_name)
        space, error = self.library.call("workspace", self.handle, number, sizes)
        if space < 0:
            raise RuntimeError(error)
        like = inputs[0]
        outputs = [torch.empty_like(like) for _ in range(count_out)]
        sums = None if theta is None else torch.full_like(theta, float("nan"))
        workspace = torch.empty(space // 4 + 1, dtype=torch.float32, device=like.device)
        return Call(self, number, sizes, inputs, outputs, (theta, ggtheta, sums, workspace))


class Call:
    def __init__(self, kernel, number, sizes, inputs, outputs, floats):
        self.kernel, self.number, self.sizes = kernel, number, sizes
        self.inputs, self.outputs, self.floats = inputs, outputs, floats
        self.addresses = pointers(inputs), pointers(outputs), pointers(floats)

    @property
    def sums(self):
        return self.floats[2]

    def run(self, times=1):
        """In the current stream; does not wait."""
        cuda = self.inputs[0].is_cuda
        stream = ctypes.c_void_p(torch.cuda.current_stream().cuda_stream if cuda else 0)
        failed, error = self.kernel.library.call("run", self.kernel.handle, self.number, self.sizes, *self.addresses, stream, times)
        if failed:
            raise RuntimeError(error)
        return self
