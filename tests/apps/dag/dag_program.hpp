#pragma once

#include <string>
#include <vector>

#include "apps/program.hpp"

namespace plstm::test {

/// Runs plstm-dag on small workflows.
class DagProgram : public Program {
 protected:
  DagProgram() : Program(PLSTM_DAG) {}

  /// Tables of `count` workflows in the folder "workflows": chains and diamonds of tasks. The time of a task follows from
  /// its machine and its size, the makespan from the longest path.
  void write_workflows(int count = 24) const {
    std::filesystem::create_directory(path("workflows"));
    std::string nodes = "graph,id,machine,megabytes,seconds\n", edges = "graph,source,target\n",
                graphs = "graph,makespan,part\n";
    for (int g = 0; g < count; ++g) {
      const std::string name = "w" + std::to_string(g);
      const int tasks = 4 + g % 3;
      double makespan = 0;
      for (int t = 0; t < tasks; ++t) {
        const bool large = (g + t * t) % 3 == 0;
        const int size = 10 * (1 + (g * 5 + t * 3) % 7);
        const double seconds = size * (large ? 0.1 : 0.3);
        makespan += t == 2 ? 0 : seconds;
        nodes += name + ",t" + std::to_string(t) + (large ? ",large," : ",small,") + std::to_string(size) +
                 "," + std::to_string(seconds) + "\n";
      }
      const auto edge = [&](int from, int to) {
        edges += name + ",t" + std::to_string(from) + ",t" + std::to_string(to) + "\n";
      };
      edge(0, 1);
      edge(0, 2);
      edge(1, 3);
      edge(2, 3);
      for (int t = 4; t < tasks; ++t) edge(t - 1, t);
      graphs += name + "," + std::to_string(makespan) + "," +
                (g % 6 == 0   ? "test"
                 : g % 6 == 1 ? "val"
                              : "train") +
                "\n";
    }
    write("workflows/nodes.csv", nodes);
    write("workflows/edges.csv", edges);
    write("workflows/graphs.csv", graphs);
  }

  /// Makes a training short.
  static std::string small() { return " --epochs 2 --ensemble-size 1 --hidden-dim 16 --quiet"; }
};

}  // namespace plstm::test
