# libtorch out of the pinned wheels in ${ANTIGRAD_DEPS}/site, as an imported target of our own: torch's
# own CMake package asks for a CUDA toolkit. Only libtorch_cpu and libc10 are linked; a GPU build opens
# libtorch_cuda at run time.
set(torch_dir ${ANTIGRAD_DEPS}/site/torch)
if (NOT EXISTS ${torch_dir}/lib/libtorch_cpu.so)
  message(FATAL_ERROR "no libtorch in ${torch_dir}: run ./scripts/setup, or configure with -DANTIGRAD_TRAINER=OFF")
endif ()
add_library(antigrad_torch INTERFACE)
add_library(antigrad::torch ALIAS antigrad_torch)
# After the system's folders: the wheel brings a fmt of its own, which is not the one that is linked.
target_compile_options(antigrad_torch INTERFACE "SHELL:-idirafter ${torch_dir}/include"
  "SHELL:-idirafter ${torch_dir}/include/torch/csrc/api/include")
target_link_libraries(antigrad_torch INTERFACE ${torch_dir}/lib/libtorch_cpu.so ${torch_dir}/lib/libc10.so)
