// Whether a study's candidates are normalised before they are judged: what its text says, and what
// a new study says where its author says nothing.
#pragma once
#include <optional>
#include <string>

#include "search/study.hpp"

namespace antigrad::search {

/// The text with which a study begins: its own, with `normalise: true` where it names no
/// `normalise` and has a task that names neither that nor `own_rate`. Programs of one's own scale
/// what they are given as they like: nothing is added for them.
std::string beginning_text(const StudyConfig& study);

/// Whether `begun` is the same study's text. One that says nothing of `normalise` began with an
/// older antigrad: it goes on without, so that the study may say `normalise: false` now.
bool goes_on(const StudyConfig& study, const std::string& begun);

/// The text with which the study goes on from `begun`: its own, or that of its beginning; nothing
/// where `begun` is of another study.
std::optional<std::string> continued_text(const StudyConfig& study, const std::string& begun);

/// The text of a study that says as much of `normalise` as that of `other` does.
std::string text_saying_as(const StudyConfig& study, const std::string& other);

/// Whether a task of the study trains activations times their gain.
bool normalises(const StudyConfig& study);
/// The gain of an activation, given as text; nothing where the study does not normalise. Throws
/// space::Error for a text that is no activation.
std::optional<double> trained_gain(const StudyConfig& study, const std::string& activation);

}  // namespace antigrad::search
