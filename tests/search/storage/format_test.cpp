// Versions: what an older antigrad wrote opens and goes on, what a newer one wrote is refused.
#include "search/storage/format.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "../fake.hpp"
#include "paths.hpp"
#include "search/page/view.hpp"
#include "search/run_directory.hpp"
#include "search/samplers/sampler_config.hpp"
#include "search/service/ask_tell.hpp"
#include "search/summary.hpp"

namespace antigrad::search {
namespace {

/// The first half of a study of the stand-ins, as antigrad wrote it before there were versions.
constexpr const char* kGolden = ANTIGRAD_TEST_DIR "/golden/journal_0.log";

std::string read_all(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

StudyConfig study_in(const std::string& journal) {
  const StoredStudy study = *replay(read_journal(journal)).find("toy");
  return parse_study(study.user_attrs.at("antigrad:study").get<std::string>(), "toy.yaml");
}

/// The trials of a journal, record by record, without what differs from run to run.
std::string trials_of(const std::string& journal) {
  std::vector<Json> trials;
  for (const Json& record : read_journal(journal))
    if (record.at("op_code") == 4) trials.push_back(record);
  return canonical_text(trials);
}

std::string refusal(const std::function<void()>& f) {
  try {
    f();
  } catch (const space::Error& e) {
    return e.what();
  }
  return "";
}

void expect_newer(const std::string& said) {
  EXPECT_NE(said.find("by a newer antigrad: version 7 of the format, this one knows versions up"),
            said.npos)
      << said;
  EXPECT_NE(said.find("nothing was changed; go on with the newer antigrad"), said.npos) << said;
}

/// A journal of a study of version 7.
std::string newer(const fake::Folder& folder) {
  const std::string path = folder / "newer.log";
  fake::run(fake::study(2), path, 1);
  std::string text = read_all(path);
  const std::string mark = "\"antigrad:format\":1";
  for (std::size_t at = text.find(mark); at != text.npos; at = text.find(mark, at + 1))
    text[at + mark.size() - 1] = '7';
  write(path, text);
  return path;
}

TEST(Format, StudyOfBeforeVersionsOpensIsBroughtHereAndGoesOn) {
  const fake::Folder folder;
  const std::string journal = folder / "j.log", golden = read_all(kGolden);
  write(journal, golden);
  const StudyConfig config = study_in(journal);
  ASSERT_EQ(format_of(*replay(read_journal(journal)).find("toy")), 0);
  const Summary before = summarise(config, journal);
  EXPECT_GT(before.trials.size(), 5u);
  EXPECT_EQ(before.phase, Phase::candidates);
  fake::run(config, journal, 2);
  EXPECT_TRUE(read_all(journal).starts_with(golden)) << "what was written stays as it is";
  const Replay after = replay(read_journal(journal));
  EXPECT_EQ(format_of(*after.find("toy")), kStudyFormat);
  EXPECT_EQ(format_of(*after.find("toy/confirm")), kStudyFormat);
  EXPECT_TRUE(after.find("toy")->system_attrs.contains("study:metric_names"));
  fake::run(config, folder / "new.log", 1);
  EXPECT_EQ(trials_of(journal), trials_of(folder / "new.log"));
}

TEST(Format, MigrationAddsWhatIsMissingOnceAndNothingToAStudyOfThisVersion) {
  StoredStudy study;
  study.id = 3;
  study.directions = {1, 2};
  const std::vector<Json> records = migration(study);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0]["system_attr"]["study:metric_names"], Json({"score", "objective 2"}));
  EXPECT_EQ(records[1], format_record(3));
  study.system_attrs["study:metric_names"] = {"loss"};
  EXPECT_EQ(migration(study), std::vector<Json>{format_record(3)});
  study.system_attrs[kFormatAttribute] = kStudyFormat;
  EXPECT_TRUE(migration(study).empty());
}

TEST(Format, NewStudySaysItsVersionBeforeAnythingElse) {
  const fake::Folder folder;
  fake::run(fake::study(2), folder / "j.log", 1);
  const std::vector<Json> records = read_journal(folder / "j.log");
  EXPECT_EQ(records[1]["system_attr"], Json({{kFormatAttribute, kStudyFormat}}));
}

TEST(Format, StudyOfANewerAntigradIsRefusedAtEveryDoorAndStaysAsItIs) {
  const fake::Folder folder;
  const std::string journal = newer(folder), before = read_all(journal);
  expect_newer(refusal([&] { fake::run(fake::study(2), journal, 1); }));
  expect_newer(refusal([&] { summarise(fake::study(2), journal); }));
  Store store(journal);
  AskTell service(store);
  for (const auto& door : std::vector<std::function<void()>>{
           [&] { service.ask("toy", Json::object(), {}); },
           [&] {
             service.create_study({{"name", "toy"}, {"lease", 5}}, {});
           }}) {
    try {
      door();
      ADD_FAILURE() << "was not refused";
    } catch (const Refusal& e) {
      EXPECT_EQ(e.code(), "newer_format");
      expect_newer(e.what());
    }
  }
  page::View view(journal);
  view.refresh();
  EXPECT_NE(parse_json(view.study("toy", {})).dump(), "");
  EXPECT_EQ(read_all(journal), before);
}

TEST(Format, NonsenseIsNoVersion) {
  StoredStudy study;
  for (const Json& bad : {Json("1"), Json(-1), Json(1.5), Json(true), Json(1e30)}) {
    study.system_attrs[kFormatAttribute] = bad;
    EXPECT_THROW(format_of(study), space::Error) << bad;
  }
}

TEST(Format, StudyOfTheServiceSaysItsVersion) {
  const fake::Folder folder;
  Store store(folder / "j.log");
  AskTell service(store);
  service.create_study({{"name", "s"}}, {});
  EXPECT_EQ(format_of(*replay(read_journal(folder / "j.log")).find("s")), kStudyFormat);
}

TEST(Format, RunDirectorySaysItsVersionAndANewerOneIsRefused) {
  const fake::Folder folder;
  StudyConfig study = fake::study(2);
  const RunDirectory run = prepare_run(folder.path(), study, Start::start);
  const std::string mark = run.path + "/FORMAT";
  EXPECT_EQ(read_all(mark), "antigrad run 1\n");
  write(run.journal(), "");
  std::filesystem::remove(mark);  // as it was before versions
  EXPECT_EQ(open_run(folder.path(), "toy").path, run.path);
  mark_run(run.path);
  EXPECT_EQ(read_all(mark), "antigrad run 1\n");
  write(mark, "");  // cut off by a full disk
  prepare_run(folder.path(), study, Start::start);
  EXPECT_EQ(read_all(mark), "antigrad run 1\n");
  write(mark, "antigrad run 7\n");
  expect_newer(refusal([&] { open_run(folder.path(), "toy"); }));
  expect_newer(refusal([&] { prepare_run(folder.path(), study, Start::start); }));
  expect_newer(refusal([&] { mark_run(run.path); }));
  EXPECT_EQ(read_all(mark), "antigrad run 7\n");
  write(mark, "something else\n");
  EXPECT_NE(refusal([&] { open_run(folder.path(), "toy"); }).find("FORMAT:1:1: expected"),
            std::string::npos);
}

TEST(Format, LibrariesAndDefinitionsOfEveryVersionUpToThisOneOpen) {
  const fake::Folder folder;
  write(folder / "list.yaml", "- relu\n- tanh\n");
  write(folder / "one.yaml", "format: 1\nactivations: [relu, tanh]\n");
  write(folder / "two.yaml", "format: 7\nactivations: [relu, tanh]\n");
  EXPECT_EQ(load_library(folder / "list.yaml"), load_library(folder / "one.yaml"));
  const std::string said = refusal([&] { load_library(folder / "two.yaml"); });
  EXPECT_NE(said.find("two.yaml:1:9: is version 7 of the format, of a newer antigrad"), said.npos)
      << said;
  write(folder / "mine.yaml", "format: 1\nactivations: [{name: mine, g: \"0 | 0 | 2\"}]\n");
  EXPECT_EQ(space::Definitions::load(folder / "mine.yaml").activations().size(), 1u);
  write(folder / "mine.yaml", "format: 7\nactivations: []\n");
  EXPECT_NE(refusal([&] { space::Definitions::load(folder / "mine.yaml"); }).find("newer antigrad"),
            std::string::npos);
}

}  // namespace
}  // namespace antigrad::search
