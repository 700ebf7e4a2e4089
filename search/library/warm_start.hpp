// A study that begins with what past ones have measured.
#pragma once
#include <memory>
#include <string>

#include "search/library/experience.hpp"
#include "search/library/warm_config.hpp"
#include "search/samplers/sampler.hpp"

namespace antigrad::search {

/// What the study's text says.
WarmConfig warm_config_of(const StudyConfig& config);

/// Copies the library that a study begins with beside its journal, where it stays as it is while
/// the library grows; what is there already stays. Nothing for a cold start.
void keep_library(const StudyConfig& config, const std::string& journal);

/// Of the library that is kept beside the journal, or else of the one that the study names; nullptr
/// for a cold start, and for a library that is empty. Throws space::Error for one that is not sound
/// or that is named and not there.
std::shared_ptr<const Experience> experience_of(const StudyConfig& config,
                                                const std::string& journal);

/// Of the same library, for the journal; "" for a cold start.
std::string library_hash(const StudyConfig& config, const std::string& journal);

/// make_sampler with a past: nullptr gives the same as make_sampler. spectrum: for a surrogate that
/// wants it.
std::unique_ptr<Sampler> warm_sampler(const StudyConfig& config,
                                      const std::shared_ptr<const Experience>& past,
                                      const Spectrum& spectrum = {});

/// The first `count` proposals are the past's most promising candidates, baselines left out; then
/// the sampler's.
std::unique_ptr<Sampler> after_first_candidates(std::unique_ptr<Sampler> sampler,
                                                std::shared_ptr<const Experience> past, int count);

/// Gives the tasks that name no estimator (Task::by_past) what judges them: of a warm study what
/// was learned on the most like past task, if one is like enough; else what was measured as the
/// best on tasks of their kind (evidence/measured_estimators.hpp). A study that has begun keeps
/// what its journal names, and one from before journals named any keeps `averaged`. Tasks whose
/// runs a program of the user's trains keep it, too.
void choose_estimators(StudyConfig& config, const std::string& journal);

/// The attribute of a study in its journal that names them: by task, a list of to_json(). Empty
/// where every task is judged by the one that its text names, or by `averaged`.
constexpr const char* kEstimatorsAttribute = "antigrad:estimators";
Json named_estimators(const StudyConfig& config);

/// The grammar with its primitives weighed by the past too.
space::Grammar weighed(space::Grammar grammar, const Experience& past);

}  // namespace antigrad::search
