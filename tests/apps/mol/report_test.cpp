// report.html of plstm-mol train and evaluate.
#include <filesystem>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/learn/run_folder.hpp>

#include "apps/mol/mol_program.hpp"
#include "support/browser.hpp"

namespace plstm::test {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class MolReport : public MolProgram {
 protected:
  std::string report(const std::string& name) const { return read_text(path(name)); }

  // Without what the date changes.
  std::string undated(const std::string& folder) const {
    const std::string date = read_run_manifest(path(folder)).value().date;
    return detail::replace_all(detail::replace_all(report(folder + "/report.html"), date, "DATE"),
                               date.substr(0, 10), "DAY");
  }
};

TEST_F(MolReport, IsPartOfTheRun) {
  train(" --ensemble-size 2 --seed 3");
  const RunManifest manifest = read_run_manifest(path("run")).value();
  EXPECT_THAT(manifest.files, Contains(::testing::Field(&RunFile::name, "report.html")));
  const std::string html = report("run/report.html");
  for (const std::string& part :
       {manifest.data_sha256, manifest.date, manifest.version, std::string("ridge on Morgan fingerprints"),
        std::string("Predicted and measured"), std::string("Learning curves"), std::string("<article"),
        std::string("plstm-mol train -i data.csv -o run --target-columns value"), std::string("--seed 3"),
        std::string("model head")}) {
    EXPECT_THAT(html, HasSubstr(part));
  }
  EXPECT_THAT(html, Not(HasSubstr("--resume")));
}

TEST_F(MolReport, SameRunSameBytesButTheDate) {
  train();
  const std::string first = undated("run");
  fs::remove_all(path("run"));
  train();
  EXPECT_TRUE(undated("run") == first);
}

TEST_F(MolReport, OfACrossValidationShowsWhatWasNotLearnt) {
  train(" --ensemble-size 1 --folds 3");
  const std::string html = report("run/report.html");
  for (const char* part : {"on 30 rows that were not learnt", "random 3-fold", "RMSE of the trainings",
                           "\u00b1", "Predicted and measured", "<article", "cross_validation.csv"}) {
    EXPECT_THAT(html, HasSubstr(part));
  }
  EXPECT_THAT(report("run/fold_2/report.html"), HasSubstr("fold 2 of 3"));
}

TEST_F(MolReport, IsLeftOutOnDemand) {
  train();
  ASSERT_TRUE(fs::exists(path("run/report.html")));
  train(" --no-report");
  EXPECT_FALSE(fs::exists(path("run/report.html")));
}

TEST_F(MolReport, DrawsTestMoleculesAndTheirNeighbours) {
  train();
  const std::string html = report("run/report.html");
  EXPECT_THAT(html, HasSubstr("<div class=\"drawing\"><svg"));
  EXPECT_THAT(html, Not(HasSubstr("<?xml")));
  EXPECT_THAT(html, HasSubstr("Nearest in training: row "));
  EXPECT_THAT(html, HasSubstr("<div class=\"near\"><div class=\"drawing\"><svg"));
}

TEST_F(MolReport, KnowsOnlyTheRowsOfOtherTrainingData) {
  train();
  write("new.csv", "smiles,value\nCCCCO,1\nCCCN,2\nCCOC,3\n");
  ASSERT_EQ(run("evaluate -i new.csv --model-paths run --report new.html").code, 0);
  EXPECT_THAT(report("new.html"), HasSubstr(" of the training data (similarity "));
  EXPECT_THAT(report("new.html"), Not(HasSubstr("<div class=\"near\"><div")));
}

TEST_F(MolReport, SaysHowCertainTheModelWas) {
  write_molecules();
  ASSERT_EQ(
      run("train -i data.csv -o run --target-columns value --ensemble-size 2 --split-sizes 0.4 0.2 0.4" +
          small())
          .code,
      0);
  for (const char* part : {"Coverage of the intervals", "expected error", "Rank correlation"}) {
    EXPECT_THAT(report("run/report.html"), HasSubstr(part));
  }
  ASSERT_EQ(run("evaluate -i data.csv --model-paths run --confidence 0.7 --report new.html").code, 0);
  EXPECT_THAT(report("new.html"), HasSubstr("70 % interval"));
}

TEST_F(MolReport, DrawsMoleculesOfSdFiles) {
  std::string sd;
  for (int i = 0; i < 12; ++i) {
    sd += "m" + std::to_string(i) + "\n  made by hand\n\n  2  1  0  0  0  0  0  0  0  0999 V2000\n" +
          "    0.0000    0.0000    0.0000 C   0  0\n    1.5000    0.0000    0.0000 O   0  0\n  1  2  1  0\nM "
          " END\n" +
          ">  <value>\n" + std::to_string(i) + "\n\n$$$$\n";
  }
  write("in.sdf", sd);
  ASSERT_EQ(run("train -i in.sdf -o run --target-columns value" + small()).code, 0);
  ASSERT_EQ(run("evaluate -i in.sdf --model-paths run --report new.html").code, 0);
  for (const char* name : {"run/report.html", "new.html"}) {
    EXPECT_THAT(report(name), HasSubstr("<div class=\"drawing\"><svg")) << name;
    EXPECT_THAT(report(name), HasSubstr("<p class=\"code\">CO</p>")) << name;
  }
}

TEST_F(MolReport, TakesEveryKindOfTarget) {
  write_molecules();
  ASSERT_EQ(run("train -i data.csv -o yes --target-columns active -t classification" + small()).code, 0);
  EXPECT_THAT(report("yes/report.html"), HasSubstr("Reliability"));
  ASSERT_EQ(run("train -i data.csv -o kinds --target-columns kind -t multiclass" + small()).code, 0);
  EXPECT_THAT(report("kinds/report.html"), HasSubstr("Measured and predicted classes"));
  ASSERT_EQ(
      run("train -i data.csv -o both --target-columns value kind --split-sizes 0.8 0.2 0" + small()).code, 0);
  EXPECT_THAT(report("both/report.html"), HasSubstr("There are no test rows"));
}

TEST_F(MolReport, OfAnEvaluationSaysWhatTheModelLearntFrom) {
  train();
  const Outcome r = run("evaluate -i data.csv --model-paths run --report new.html -o -");
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.err, HasSubstr("report written to new.html"));
  const std::string html = report("new.html");
  const RunManifest manifest = read_run_manifest(path("run")).value();
  for (const std::string& part :
       {manifest.date, std::string("data.csv (30 rows)"), std::string("were learnt by run"),
        std::string("plstm-mol evaluate -i data.csv"), std::string("30 rows")}) {
    EXPECT_THAT(html, HasSubstr(part));
  }
}

TEST_F(MolReport, NeverOverwritesWhatIsRead) {
  train();
  const std::string model = report("run/model.safetensors");
  for (const char* target : {"data.csv", "run/model.safetensors", "run/report.html"}) {
    const Outcome r = run(std::string("evaluate -i data.csv --model-paths run --report ") + target);
    EXPECT_EQ(r.code, 2) << target;
    EXPECT_THAT(r.err, HasSubstr(target));
  }
  EXPECT_EQ(report("run/model.safetensors"), model);
}

TEST_F(MolReport, EscapesTextsOfTheData) {
  write(
      "bad.csv",
      "smiles,id,<script>x</script>\nCCO,<b>one</b>,1\nCCN,\"<img src=x>\",2\nCCC,c,3\nCCCl,d,4\nCCBr,e,5\n");
  const Outcome r = run("train -i bad.csv -o run --id-column id --split-sizes 0.4 0.2 0.4" + small());
  ASSERT_EQ(r.code, 0) << r.err;
  const std::string html = report("run/report.html");
  for (const char* tag : {"<script", "<img", "<b>one"}) EXPECT_THAT(html, Not(HasSubstr(tag)));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;x&lt;/script&gt;"));
}

TEST_F(MolReport, FitsEveryScreen) {
  const std::optional<std::string> browser = find_browser();
  if (!browser) GTEST_SKIP() << "there is no Chromium on this machine to look at a report with";
  train(" --ensemble-size 2");
  ASSERT_EQ(run("train -i data.csv -o yes --target-columns active -t classification" + small()).code, 0);
  ASSERT_EQ(run("train -i data.csv -o folds --target-columns value --folds 2" + small()).code, 0);
  std::vector<ShownPage> pages;
  for (const std::string folder : {"run", "yes", "folds"}) {
    for (const int width : {400, 800, 1400})
      pages.push_back({folder, report(folder + "/report.html"), width});
  }
  std::size_t looked = 0;
  for (const std::string& line : look_at_layout(*browser, pages)) {
    const bool said = line.starts_with("looked at ");
    looked += said ? 1 : 0;
    EXPECT_TRUE(said) << line;
  }
  EXPECT_EQ(looked, pages.size());
}

}  // namespace
}  // namespace plstm::test
