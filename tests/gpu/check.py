"""gpu-check: the CUDA kernels that antigrad generates, on this machine's NVIDIA GPU.

Every activation of the zoo is compared with float64 in three types (forward, backward, double backward, gates, parameters
by layer and by channel); then an optimiser's update with its rate on the GPU, CUDA graphs of a pass and of an update, streams,
and a benchmark. Needs PyTorch. Exit codes: 0 all is well, 1 something is wrong, 2 there is no GPU or the command is wrong.
"""

import argparse
import json
import os
import pathlib
import sys
import time


def arguments():
    p = argparse.ArgumentParser(prog="gpu-check", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--folder", type=pathlib.Path, required=True, help="what ./scripts/gpu-check --bundle made")
    p.add_argument("--only", default="", help="names of activations, separated by commas")
    p.add_argument("--types", default="f32,bf16,f16")
    p.add_argument("--bench", default="silu,gelu,mish,xielu", help='activations to measure; "" for none')
    p.add_argument("--exponents", default="24,26", help="measure 2^these elements")
    p.add_argument("--rounds", type=int, default=30)
    p.add_argument("--json", type=pathlib.Path, help="write all results to this file")
    p.add_argument("--stand-in", type=pathlib.Path, help="a library in the place of driver and NVRTC; checks on the processor")
    return p.parse_args()


def fail(text):
    print(f"gpu-check: {text}", file=sys.stderr)
    sys.exit(2)


def device_of(options):
    """("cuda" or "cpu", what it is)."""
    try:
        import torch
    except ImportError as e:
        fail(f"needs PyTorch ({e}); pip install torch, or name a python that has it in ANTIGRAD_PYTHON")
    if options.stand_in:
        os.environ["ANTIGRAD_CUDA_DRIVER"] = os.environ["ANTIGRAD_NVRTC"] = str(options.stand_in.resolve())
        return "cpu", "stand-in on the processor"
    if not torch.cuda.is_available():
        fail(f"no NVIDIA GPU here that torch {torch.__version__} can use; see nvidia-smi. Nothing was checked.")
    return "cuda", torch.cuda.get_device_name(0)


def chosen(names, paths):
    known = {p.stem.removesuffix("_torch"): p for p in paths}
    wanted = [n for n in names.split(",") if n] or list(known)
    unknown = [n for n in wanted if n not in known]
    if unknown:
        fail(f"no activation \"{unknown[0]}\" in {paths[0].parent if paths else 'the bundle'}; there are: {', '.join(known)}")
    return [known[n] for n in wanted]


def main():
    options = arguments()
    paths = sorted((options.folder / "activations").glob("*_torch.py"))
    if not paths or not (options.folder / "libantigrad_gpu.so").exists():
        fail(f"{options.folder} holds no bundle; ./scripts/gpu-check --bundle makes one where antigrad builds")
    types = options.types.split(",")
    if not set(types) <= {"f32", "bf16", "f16"}:
        fail(f"--types {options.types}: expected some of f32,bf16,f16")
    subjects = chosen(options.only, paths)
    measured = chosen(options.bench, paths) if options.bench else []
    device, name = device_of(options)

    import agreement
    import bench
    from kernels import Library
    from reference import Reference

    library = Library(options.folder)
    print(f"{name}, NVRTC {library.compiler()}")
    start, failures, kernels = time.time(), agreement.Failures(), 0
    sizes = (0, 1, 31, 1000) if options.stand_in else (0, 1, 31, 4097, 1_000_003)
    for path in subjects:
        reference = Reference(path)
        for type_name in types:
            before = len(failures)
            try:
                agreement.check_activation(failures, library, reference, type_name, device, sizes)
            except RuntimeError as e:
                failures.append(f"{reference.name} {type_name}: {e}")
            kernels += 1
            for text in failures[before:]:
                print(f"FAILED {text}")
    print(f"{kernels} activations and types, {len(failures)} failures, {time.time() - start:.0f} s")
    before = len(failures)
    for update in ("sgd", "adamw"):
        agreement.check_update(failures, update, device)
    if device == "cuda":
        for path in measured or subjects[:1]:
            agreement.check_graph(failures, library, Reference(path), device)
            agreement.check_streams(failures, library, Reference(path), device)
    for text in failures[before:]:
        print(f"FAILED {text}")
    what = "updates, graphs and streams" if device == "cuda" else "updates"
    print(f"{what}: {len(failures) - before} failures{'' if device == 'cuda' else '; graphs and streams: skipped, they need a GPU'}")
    exponents = [int(e) for e in options.exponents.split(",")]
    records = bench.run(library, [Reference(p) for p in measured], device, exponents, options.rounds, fusers=device == "cuda")
    for r in records:
        print(f"{r['name']}: {r['value']:.4g} {r['unit']}, ratio {r['ratio']:.3f}{'' if r['met'] else ', goal missed'}")
    if options.json:
        result = dict(device=name, compiler=library.compiler(), checked=kernels, failures=list(failures), bench=records)
        options.json.write_text(json.dumps(result, indent=1) + "\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
