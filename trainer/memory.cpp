#include "trainer/memory.hpp"

#include <malloc.h>

namespace antigrad::trainer {

void keep_freed_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
#endif
}

}  // namespace antigrad::trainer
