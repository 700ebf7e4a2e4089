// FLINT's own, of this thread.
#include "space/ball_constants.hpp"

#include <flint/flint.h>

namespace antigrad::space {

void free_ball_constants() { ::flint_cleanup(); }

}  // namespace antigrad::space
