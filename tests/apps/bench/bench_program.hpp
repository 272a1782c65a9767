#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "apps/program.hpp"

namespace plstm::test {

/// plstm-bench in a folder with small sets of graphs that a test writes.
class BenchProgram : public Program {
 protected:
  BenchProgram() : Program(PLSTM_BENCH) {}

  /// Thirty graphs, rings and chains of three to seven nodes by turns: class 1 and class 2, or a number.
  void write_graphs(const std::string& name, bool classes = true) const {
    std::filesystem::create_directories(path(name));
    std::string edges, indicator, labels, graphs;
    int first = 1;
    for (int graph = 0; graph < 30; ++graph) {
      const int size = 3 + graph / 2 % 5;
      const bool ring = graph % 2 == 0;
      for (int i = 0; i < size; ++i) {
        indicator += std::to_string(graph + 1) + "\n";
        labels += std::to_string(i % 3) + "\n";
        const int next = (i + 1) % size;
        if (next == 0 && !ring) continue;
        edges += std::to_string(first + i) + ", " + std::to_string(first + next) + "\n";
        edges += std::to_string(first + next) + ", " + std::to_string(first + i) + "\n";
      }
      first += size;
      graphs += classes ? (ring ? "1\n" : "2\n") : std::to_string(size) + ".5\n";
    }
    write(name + "/" + name + "_A.txt", edges);
    write(name + "/" + name + "_graph_indicator.txt", indicator);
    write(name + "/" + name + "_node_labels.txt", labels);
    write(name + "/" + name + (classes ? "_graph_labels.txt" : "_graph_attributes.txt"), graphs);
  }

  struct Kind {
    int nodes;
    std::vector<std::pair<int, int>> edges;
    int value = -1;  ///< of each node, if not -1
  };

  /// Twelve graphs of each kind by turns; the kinds are the classes.
  void write_kinds(const std::string& name, const std::vector<Kind>& kinds) const {
    std::filesystem::create_directories(path(name));
    std::string edges, indicator, values, graphs;
    int first = 1;
    for (std::size_t graph = 0; graph < 12 * kinds.size(); ++graph) {
      const Kind& kind = kinds[graph % kinds.size()];
      for (int i = 0; i < kind.nodes; ++i) {
        indicator += std::to_string(graph + 1) + "\n";
        values += std::to_string(kind.value) + ".5\n";
      }
      for (const auto& [tail, head] : kind.edges) {
        edges += std::to_string(first + tail) + ", " + std::to_string(first + head) + "\n";
      }
      first += kind.nodes;
      graphs += std::to_string(graph % kinds.size()) + "\n";
    }
    write(name + "/" + name + "_A.txt", edges);
    write(name + "/" + name + "_graph_indicator.txt", indicator);
    if (kinds[0].value >= 0) write(name + "/" + name + "_node_attributes.txt", values);
    write(name + "/" + name + "_graph_labels.txt", graphs);
  }

  /// The mean of a metric in the cell of a model, after runs.
  double mean_of(const std::string& dataset, const std::string& model, const std::string& metric,
                 const std::string& part) const {
    const nlohmann::json results = nlohmann::json::parse(read_text(path("out/results.json")));
    for (const nlohmann::json& cell : results["cells"]) {
      if (cell["dataset"] == dataset && cell["model"] == model) return cell["scores"][metric][part]["mean"];
    }
    ADD_FAILURE() << "no cell of " << model << " on " << dataset;
    return 0;
  }

  /// Flags of runs that take a moment only.
  static std::string small() {
    return " --data-dir . -o out --width 16 --heads 2 --blocks 1 --epochs 2 --folds 3 --members 1";
  }

  /// Lines of results.csv without the seconds.
  std::vector<std::string> results(const std::string& folder = "out") const {
    std::vector<std::string> lines = lines_of(read_text(path(folder + "/results.csv")));
    for (std::string& line : lines) {
      const std::size_t end = line.rfind(',');
      line.erase(line.rfind(',', end - 1), end - line.rfind(',', end - 1));
    }
    return lines;
  }

  std::vector<std::filesystem::path> run_files() const {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(path("out/runs")))
      files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
  }

  void expect_failure(const std::string& arguments, int code, const std::string& message) const {
    const Outcome r = run(arguments);
    EXPECT_EQ(r.code, code) << arguments << "\n" << r.out;
    EXPECT_THAT(
        r.err, ::testing::AllOf(::testing::StartsWith("plstm-bench: error: "), ::testing::HasSubstr(message)))
        << arguments;
    EXPECT_THAT(lines_of(r.err), ::testing::SizeIs(1)) << arguments;
  }
};

}  // namespace plstm::test
