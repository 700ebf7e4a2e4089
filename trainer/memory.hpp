// What the process does with memory that is freed.
#pragma once

namespace antigrad::trainer {

/// Blocks of activations come and go thousands of times a second. By default glibc gives those
/// above 128 KiB back to the kernel each time, and every page of the next one faults: 4 to 8 % of a
/// training. With this they are kept.
void keep_freed_memory();

}  // namespace antigrad::trainer
