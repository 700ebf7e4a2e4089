// What the errors of a program are measured against.
#pragma once

namespace antigrad::kernels {

/// relative: against each output, down to the smallest normal number. absolute: against the largest
/// values of the rows inside, as suits gradients; tails and zeros then need no digits of their own.
enum class Errors { relative, absolute };

}  // namespace antigrad::kernels
