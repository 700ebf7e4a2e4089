// What ball arithmetic keeps for the thread that uses it: constants such as pi, made when first
// asked for.
#pragma once

namespace antigrad::space {

/// Frees them; they are made anew when asked for again. For the end of a thread that has used
/// balls: nothing else does it, and what is kept would be lost with the thread.
void free_ball_constants();

}  // namespace antigrad::space
