// What a worker does with a trial of a server: train it, and say the result as the server's `tell`
// wants it.
#pragma once
#include <functional>
#include <string>

#include "search/storage/json.hpp"
#include "search/study.hpp"
#include "trainer/evaluator.hpp"

namespace antigrad::app {

/// Says an intermediate value; true: stop, the trial is pruned.
using ReportValue = std::function<bool(int step, double value)>;

/// Trains a trial of one of two kinds and returns the body of its `tell`.
///
/// One evaluation: the trial's attribute "evaluate" is the request, "measurement" in the result the
/// answer.
///
/// An activation: activation_of(trial, gradient) climbs the study's rungs; at each the mean over
/// the tasks of the validation loss (by the tasks' estimators) is reported with the number of the
/// rung, from 0, and the last one is the value. A run that fails makes the trial fail, with the
/// reason.
///
/// Throws search::StartError when the worker process does not come up.
search::Json train_trial(const search::Json& trial, const std::string& gradient,
                         const search::StudyConfig& config, trainer::Evaluator& evaluator,
                         const ReportValue& report);

/// The text of a trial's activation: its attribute "activation", else `gradient` with each {name}
/// replaced by the value of the trial's parameter of that name (numbers in brackets when they are
/// negative, texts as they are). Throws space::Error when there is none, or a name has no
/// parameter.
std::string activation_of(const search::Json& trial, const std::string& gradient);

}  // namespace antigrad::app
