#include <cmath>
#include <map>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "apps/program.hpp"

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::StartsWith;

// Three small molecules, or what might be some.
constexpr const char* kGraphs =
    "plstm-graphs 1\n"
    "node_codes 4\n"
    "edge_codes 2\n"
    "graph 2 1\nn 0\nn 1\ne 0 1 0\n"
    "graph 1 0\nn 3\n"
    "graph 3 2\nn 0\nn 1\nn 2\ne 0 1 0\ne 1 2 1\n"
    "graph 3 3\nn 0\nn 1\nn 2\ne 0 1 0\ne 0 2 0\ne 1 2 1\n";

class PerfProgram : public Program {
 protected:
  PerfProgram() : Program(PLSTM_PERF) {}

  // Units of the keys that --list documents, by key.
  std::map<std::string, std::string> documented() const {
    const Outcome r = run("--list");
    EXPECT_EQ(r.code, 0) << r.err;
    std::map<std::string, std::string> units;
    for (const std::string& line : lines_of(r.out)) {
      std::istringstream words(line);
      std::string key, unit, meaning;
      words >> key >> unit >> meaning;
      if (!line.starts_with("  ")) continue;
      EXPECT_FALSE(meaning.empty()) << line;
      units[key] = unit;
    }
    return units;
  }

  // The figures of a run with tiny inputs.
  nlohmann::json figures(const std::string& arguments) const {
    const Outcome r = run("--smoke --json out.json " + arguments);
    EXPECT_EQ(r.code, 0) << r.err;
    return nlohmann::json::parse(read_text(path("out.json")));
  }
};

TEST_F(PerfProgram, ListDocumentsTheFiguresToReach) {
  std::vector<std::string> keys;
  for (const auto& [key, unit] : documented()) keys.push_back(key);
  EXPECT_THAT(
      keys,
      IsSupersetOf(
          {"machine.product_peak", "machine.copy_peak", "training.molecules_per_s", "training.peak_share",
           "preparation.share_every_epoch", "prediction.from_smiles_over_parsing", "grid.forward_ms.auto",
           "grid.backward_ms.closed", "large_grid.bound_share", "grid_operator.o4_speedup",
           "large_grid.memory_growth_frontiers", "chain.speedup", "growth.band_forward_ns.1e7",
           "growth.square_backward_slowest_over_fastest", "sequence.heads_4.speedup",
           "sequence.position_slowest_over_fastest", "vision.peak_share", "vision.transformer_peak_share"}));
}

TEST_F(PerfProgram, EveryFigureIsWrittenUnderItsKey) {
  const nlohmann::json json = figures("--threads 2");
  EXPECT_EQ(json["machine.scale"], "smoke");
  EXPECT_EQ(json["machine.threads"], 2);
  const auto units = documented();
  for (const auto& [key, value] : json.items()) {
    ASSERT_TRUE(units.contains(key)) << key;
    if (units.at(key) == "text") {
      EXPECT_FALSE(value.get<std::string>().empty()) << key;
      continue;
    }
    EXPECT_TRUE(std::isfinite(value.get<double>())) << key;
    // A tiny pass may fit into memory that is there already.
    EXPECT_GE(value.get<double>(), key.starts_with("large_grid.memory") ? 0 : 1e-12) << key;
  }
  std::set<std::string> larger_sizes;
  for (const char* shape : {"band", "square"}) {
    for (const char* pass : {"forward", "backward"}) {
      for (const char* size : {"1e5", "1e6", "1e7"})
        larger_sizes.insert(std::string("growth.") + shape + "_" + pass + "_ns." + size);
    }
  }
  for (const char* length : {"4k", "8k", "16k", "32k", "64k"})
    larger_sizes.insert(std::string("sequence.position_ns.") + length);
  larger_sizes.insert({"grid_operator.ns_per_node.128", "grid_operator.ns_per_node.256"});
  const bool smiles = json["training.source"] != "synthetic molecules";
  const bool bfloat16 = json.contains("training.bfloat16_molecules_per_s");  // if the processor has it
  for (const auto& [key, unit] : units) {
    const bool needs_smiles =
        key.find("smiles") != std::string::npos || key.find("parsing") != std::string::npos;
    const bool expected = !larger_sizes.contains(key) && (smiles || !needs_smiles) &&
                          (bfloat16 || key.find("bfloat16") == std::string::npos) &&
                          (json.contains(key) || !key.starts_with("large_grid.memory")) &&
                          key != "ranks.sum_seconds";  // of several ranks
    EXPECT_EQ(json.contains(key), expected) << key;
  }
}

TEST_F(PerfProgram, RatiosFollowFromTheFiguresBesideThem) {
  const nlohmann::json json = figures("--only training,grid,grid_operator,chain,large_grid,sequence,vision");
  const auto value = [&](const char* key) { return json.at(key).get<double>(); };
  EXPECT_NEAR(value("training.peak_share"),
              value("training.molecules_per_s") * value("training.multiply_adds_per_molecule") /
                  value("machine.product_peak"),
              1e-9);
  EXPECT_NEAR(value("training.thread_speedup"),
              value("training.molecules_per_s") / value("training.molecules_per_s_1_thread"), 1e-9);
  // 64 nodes, D = 64, H = 4, K = V = 16; two blocks: P with two maps for gates, D with three.
  const double layers =
      64 * (2 * (2 * 64 * 256 + 3 * 64 * 16 + 64 * 64) + 5 * 64 * 16) + 2 * 4 * 64 * 64 * 38;
  EXPECT_EQ(value("vision.multiply_adds_per_image"), 3 * (layers + 64 * 64 * 64 + 4 * 64));
  EXPECT_NEAR(
      value("vision.peak_share"),
      value("vision.images_per_s") * value("vision.multiply_adds_per_image") / value("machine.product_peak"),
      1e-9);
  EXPECT_NEAR(value("grid.backward_times_published_code") * value("grid.backward_ms.auto"), 1083, 1e-6);
  EXPECT_NEAR(value("chain.speedup"), value("chain.recurrent_1_thread_ms") / value("chain.ms"), 1e-9);
  EXPECT_NEAR(value("sequence.heads_4.speedup"),
              value("sequence.heads_4.recurrent_1_thread_ms") / value("sequence.heads_4.chunkwise_ms"), 1e-9);
  EXPECT_NEAR(value("grid_operator.o4_speedup"),
              value("grid_operator.o4_recurrent_1_thread_ms") / value("grid_operator.o4_ms"), 1e-9);
  EXPECT_NEAR(value("large_grid.copy_share"), value("large_grid.bytes_per_s") / value("machine.copy_peak"),
              1e-9);
  // 256 nodes, 480 edges; q, k, v and the output hold 4 x 16 floats a node, the gates 4 a row.
  EXPECT_EQ(value("large_grid.side"), 16);
  EXPECT_EQ(value("large_grid.line_edges"), 898);
  EXPECT_NEAR(value("large_grid.inputs_outputs_mib") * 1024 * 1024,
              4.0 * (4 * 256 * 64 + 4 * (480 + 898 + 480 + 256)), 1e-6);
}

TEST_F(PerfProgram, OnlyTheSectionsAskedForRun) {
  const nlohmann::json json = figures("--only growth");
  for (const auto& [key, value] : json.items()) {
    EXPECT_TRUE(key.starts_with("machine.") || key.starts_with("growth.")) << key;
  }
  EXPECT_TRUE(json.contains("growth.band_forward_ns.1e3"));
}

TEST_F(PerfProgram, GraphFilesTakeThePlaceOfMolecules) {
  write("set.graphs", kGraphs);
  const nlohmann::json json = figures("--graphs set.graphs --only training,preparation,prediction");
  EXPECT_EQ(json["training.source"], "set.graphs");
  EXPECT_EQ(json["training.molecules"], 3);  // one has no bond
  EXPECT_FALSE(json.contains("prediction.parsing_molecules_per_s"));
  EXPECT_TRUE(json.contains("prediction.molecules_per_s"));
}

TEST_F(PerfProgram, ErrorsAreOneLineAndLeaveNoFile) {
  write("set.graphs", "plstm-graphs 1\ngraph 1 0\nn\n");
  const auto expect_error = [&](const std::string& arguments, int code, const std::string& message) {
    const Outcome r = run("--smoke --json out.json " + arguments);
    EXPECT_EQ(r.code, code) << arguments;
    EXPECT_EQ(lines_of(r.err).size(), 1u) << r.err;
    EXPECT_THAT(r.err, AllOf(StartsWith("plstm-perf: error: "), HasSubstr(message)));
    EXPECT_FALSE(std::filesystem::exists(path("out.json")));
    EXPECT_FALSE(std::filesystem::exists(path("out.json.partial")));
  };
  expect_error("--only speed", 2, "speed");
  expect_error("--quick", 2, "--quick");
  expect_error("--threads -1", 2, "--threads must be 0 (all) or more");
  expect_error("--graphs absent.graphs", 1, "absent.graphs: cannot be opened");
  expect_error("--graphs set.graphs", 1, "set.graphs: has no graph with 1 edges or more");
  EXPECT_EQ(run("--smoke --only machine --json no/such/folder/out.json").code, 1);
}

}  // namespace
}  // namespace plstm::test
