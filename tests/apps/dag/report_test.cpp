// report.html of plstm-dag train and evaluate.
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <plstm/learn/run_folder.hpp>

#include "apps/dag/dag_program.hpp"
#include "support/browser.hpp"

namespace plstm::test {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class DagReport : public DagProgram {
 protected:
  void SetUp() override { write_workflows(); }

  void train(const std::string& folder, const std::string& more) const {
    const Outcome r = run("train -i workflows -o " + folder + more + small());
    ASSERT_EQ(r.code, 0) << r.out << r.err;
  }

  std::string report(const std::string& name) const { return read_text(path(name)); }

  static std::string makespan() { return " --target-columns makespan --ignore seconds part"; }
};

TEST_F(DagReport, IsPartOfTheRun) {
  train("run", makespan() + " --seed 3");
  const RunManifest manifest = read_run_manifest(path("run")).value();
  EXPECT_THAT(manifest.files, Contains(::testing::Field(&RunFile::name, "report.html")));
  const std::string html = report("run/report.html");
  for (const std::string& part :
       {manifest.data_sha256, manifest.date, manifest.version, std::string("ridge, no structure"),
        std::string("forest on subtrees"), std::string("Predicted and measured"),
        std::string("Learning curves"), std::string("95 % interval"), std::string("<article"),
        std::string("graphs at random"), std::string("measured on other graphs"),
        std::string("plstm-dag train -i workflows -o run"), std::string("--seed 3"),
        std::string("model width")}) {
    EXPECT_THAT(html, HasSubstr(part));
  }
  EXPECT_THAT(html, ::testing::ContainsRegex("<h4>graph &#39;w[0-9]+&#39;</h4>"));
  EXPECT_THAT(html, HasSubstr("graphs.csv:"));
  EXPECT_THAT(html, Not(HasSubstr("molecule")));
  train("run", makespan() + " --no-report");
  EXPECT_FALSE(fs::exists(path("run/report.html")));
}

TEST_F(DagReport, NamesNodesAndEdges) {
  train("nodes", " --target-columns seconds --ignore makespan part");
  EXPECT_THAT(report("nodes/report.html"),
              ::testing::ContainsRegex("<h4>node &#39;t[0-9]&#39; of graph &#39;w[0-9]+&#39;</h4>"));
  EXPECT_THAT(report("nodes/report.html"), HasSubstr(" test nodes: <b>"));
  std::string edges = "graph,source,target,kind\n";
  for (const std::string& line : lines_of(read_text(path("workflows/edges.csv"))))
    if (!line.starts_with("graph")) edges += line + (line.ends_with("t1") ? ",yes\n" : ",no\n");
  write("workflows/edges.csv", edges);
  train("edges", " --target-columns kind --ignore seconds makespan part");
  const std::string html = report("edges/report.html");
  EXPECT_THAT(html, ::testing::ContainsRegex("<h4>edge &#39;t[0-9]&#39; -&gt; &#39;t[0-9]&#39; of graph"));
  for (const char* part : {"ROC curve", "Precision and recall", "Reliability"})
    EXPECT_THAT(html, HasSubstr(part));
}

TEST_F(DagReport, SaysThatNothingWasTested) {
  train("run", makespan() + " --split-sizes 0.8 0.2 0");
  EXPECT_THAT(report("run/report.html"), HasSubstr("There are no test graphs"));
}

TEST_F(DagReport, HasTheScoresOfTheRun) {
  train("run", makespan() + " --split-sizes 0.5 0.25 0.25");
  const auto scores = nlohmann::json::parse(report("run/test_scores.json"));
  const std::string html = report("run/report.html"), heading = " 6 test graphs: <b>";
  ASSERT_THAT(html, HasSubstr(heading));
  const double said = std::stod(html.substr(html.find(heading) + heading.size()));
  EXPECT_NEAR(said, scores.at("pLSTM").at("all").at("rmse").get<double>(), 0.006);
}

TEST_F(DagReport, OfAnEvaluationSaysWhatTheModelLearntFrom) {
  train("run", makespan() + " --split-sizes 0.5 0.25 0.25");
  const Outcome r = run("evaluate -i workflows --model-paths run --report new.html --confidence 0.7 -o -");
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.err, HasSubstr("report written to new.html"));
  EXPECT_THAT(r.err, HasSubstr("makespan: intervals at 70 % confidence hold "));
  const std::string html = report("new.html");
  const RunManifest manifest = read_run_manifest(path("run")).value();
  for (const std::string& part :
       {manifest.date, std::string("workflows (24 graphs)"),
        std::string("was trained on a part of these graphs"), std::string("plstm-dag evaluate -i workflows"),
        std::string("24 graphs"), std::string("70 % interval"), std::string("Coverage of the intervals")}) {
    EXPECT_THAT(html, HasSubstr(part));
  }
}

TEST_F(DagReport, NeverOverwritesWhatIsRead) {
  train("run", makespan());
  const std::string model = report("run/model.safetensors");
  for (const char* target : {"workflows/nodes.csv", "run/model.safetensors", "run/report.html"}) {
    const Outcome r = run(std::string("evaluate -i workflows --model-paths run --report ") + target);
    EXPECT_EQ(r.code, 2) << target;
    EXPECT_THAT(r.err, HasSubstr(target));
  }
  EXPECT_EQ(report("run/model.safetensors"), model);
}

TEST_F(DagReport, EscapesTextsOfTheData) {
  std::string lines;
  for (int i = 0; i < 12; ++i) {
    lines += R"({"graph":{"name":"<script>x</script>","<b>y</b>":)" + std::to_string(i % 5) +
             R"(},"nodes":[{"id":"<img>","v":)" + std::to_string(i) + R"(}],"links":[]})" + "\n";
  }
  write("bad.jsonl", lines);
  const Outcome r = run("train -i bad.jsonl -o run --target-columns '<b>y</b>'" + small());
  ASSERT_EQ(r.code, 0) << r.err;
  const std::string html = report("run/report.html");
  for (const char* tag : {"<script", "<img", "<b>y"}) EXPECT_THAT(html, Not(HasSubstr(tag)));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;x&lt;/script&gt;"));
}

TEST_F(DagReport, FitsEveryScreen) {
  const std::optional<std::string> browser = find_browser();
  if (!browser) GTEST_SKIP() << "there is no Chromium on this machine to look at a report with";
  train("run", makespan());
  std::vector<ShownPage> pages;
  for (const int width : {400, 800, 1400}) pages.push_back({"run", report("run/report.html"), width});
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
