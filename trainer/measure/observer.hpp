// Who looks on while a network trains. Observers read; whatever they do, the training's bits are
// those of a run without one.
#pragma once

namespace antigrad::trainer {

class Problem;
struct CurvePoint;

class Observer {
 public:
  virtual ~Observer() = default;
  /// After the backward pass of a step (from 0): the loss of its batch, and the gradients in the
  /// parameters before they are clipped and used.
  virtual void gradients(int step, double loss, Problem& problem) = 0;
  /// After `steps` updates. Networks may be run, without gradients.
  virtual void updated(int steps, Problem& problem) = 0;
  /// A point was added to the learning curve.
  virtual void point(const CurvePoint& point) = 0;
};

}  // namespace antigrad::trainer
