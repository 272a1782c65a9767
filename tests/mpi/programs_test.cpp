// The programs on ranks: the files of one rank, to the last bit.
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/random.hpp>

#include "mpi/program_on_ranks.hpp"
#include "support/seed.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;

#ifdef PLSTM_WITH_RDKIT

TEST_F(MolOnRanks, TrainsTheSameModel) {
  // Fewer ranks than networks train them apart, more train each together.
  expect_same_files(train(), {2, 3, 5},
                    {"model.safetensors", "test_predictions.csv", "test_scores.json", "splits.json"});
}

TEST_F(MolOnRanks, CrossValidatesTheSame) {
  expect_same_files(train(" --epochs 2 --folds 2 --no-baselines"), {3},
                    {"cross_validation.csv", "cv_predictions.csv"});
}

// Each rank has a clock of its own, and so they hear of the end at different moments.
TEST_F(MolOnRanks, AStoppedCrossValidationGoesOn) {
  const std::string flags =
      train(" --epochs 40 --patience 0 --folds 4 --no-baselines --no-report --checkpoint-seconds 0");
  ASSERT_EQ(run(flags + " --threads 1 -o alone").code, 0);
  int stops = 0;
  Outcome r;
  for (const char* seconds : {"0.3", "0.5", "0.7", "0.9", "600"}) {
    r = run_on(2, flags + " --threads 1 --resume -o together --max-time " + seconds);
    stops += r.code == 142 ? 1 : 0;
    if (r.code != 142) break;
  }
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_GT(stops, 0);
  EXPECT_EQ(read_text(path("together/cv_predictions.csv")), read_text(path("alone/cv_predictions.csv")));
}

TEST_F(MolOnRanks, PretrainsTheSame) {
  std::string text = "smiles\n";
  for (int i = 0; i < 270; ++i) {
    text += std::string(static_cast<std::size_t>(1 + i % 9), 'C') + (i % 2 == 0 ? "O" : "N") +
            std::string(static_cast<std::size_t>(i / 9 % 7), 'C') + (i % 5 == 0 ? "c1ccccc1" : "") + "\n";
  }
  write("many.csv", text);
  expect_same_files(
      "pretrain -i many.csv --hidden-dim 16 --heads 2 --blocks PD --epochs 2 --batch-size 16 --quiet", {3},
      {"model.safetensors"});
}

// A rank is killed at some moment; the run goes on with another number of ranks, or alone.
TEST_F(MolOnRanks, ARunOfKilledRanksGoesOn) {
  const std::string flags = train(" --epochs 12 --checkpoint-seconds 0 --no-baselines --no-report");
  ASSERT_EQ(run(flags + " --threads 1 -o alone").code, 0);
  Random random(kSeed);
  for (int kill = 0; kill < 3 * test_rounds(); ++kill) {
    const int wait = 1 + static_cast<int>(random.below(45));
    shell(fmt::format(
        "rm -rf together; " PLSTM_MPIRUN
        " -n 3 \"$P\" {} --threads 1 -o together & launcher=$!; "
        "for i in $(seq 200); do [ -e together/checkpoint/member_0.safetensors ] && break; sleep 0.05; "
        "done; sleep 0.{:02}; ranks=$(pgrep -P $launcher); kill -KILL ${{ranks##* }}; "
        "kill -KILL $(echo $ranks | cut -d' ' -f2); wait $launcher",
        flags, wait));
    const Outcome r = run_on(kill % 3 == 1 ? 1 : 2, flags + " --threads 1 --resume -o together");
    ASSERT_EQ(r.code, 0) << r.err;
    EXPECT_TRUE(read_text(path("together/model.safetensors")) == read_text(path("alone/model.safetensors")))
        << "killed after 0." << wait << " s";
  }
}

TEST_F(MolOnRanks, SharesOutPartsOfPredictions) {
  ASSERT_EQ(run(train() + " -o run --no-report --no-baselines").code, 0);
  const std::string predict = "predict -i data.csv data.csv --model-paths run --part-rows 7 ";
  ASSERT_EQ(run(predict + "-o alone/").code, 0);
  const Outcome r = run_on(3, predict + "-o together/");
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(names_in("together"), names_in("alone"));
  for (const std::string& name : names_in("alone")) {
    if (name.ends_with(".csv")) {
      EXPECT_EQ(read_text(path("together/" + name)), read_text(path("alone/" + name))) << name;
    }
  }
  EXPECT_THAT(run_on(2, predict + "-o table.csv").err, HasSubstr("say -o FOLDER/"));
}

TEST_F(MolOnRanks, MistakesAreSaidOnce) {
  const Outcome r = run_on(3, "train -i missing.csv -o run --target-columns value");
  EXPECT_EQ(r.code, 1);
  const std::size_t first = r.err.find("plstm-mol: error: ");
  ASSERT_NE(first, std::string::npos) << r.err;
  EXPECT_EQ(r.err.find("plstm-mol: error: ", first + 1), std::string::npos) << r.err;
  EXPECT_THAT(run_on(2, "info data.csv").err, HasSubstr("this command runs in one process"));
  EXPECT_THAT(run_on(2, "train -i - -o run --target-columns value < data.csv").err,
              HasSubstr("standard input reaches the first rank alone"));
}

#endif

class DagOnRanks : public ProgramOnRanks {
 protected:
  DagOnRanks() : ProgramOnRanks("plstm-dag") {
    std::filesystem::create_directory(path("data"));
    std::string nodes = "graph,id,size\n", edges = "graph,source,target\n", graphs = "graph,sum\n";
    for (int g = 0; g < 24; ++g) {
      int sum = 0;
      for (int t = 0; t < 4 + g % 3; ++t) {
        const int size = 1 + (g * 5 + t * 3) % 7;
        sum += size;
        nodes += fmt::format("g{},{},{}\n", g, t, size);
        if (t > 0) edges += fmt::format("g{},{},{}\n", g, t - 1, t);
      }
      graphs += fmt::format("g{},{}\n", g, sum);
    }
    write("data/nodes.csv", nodes);
    write("data/edges.csv", edges);
    write("data/graphs.csv", graphs);
  }

  static std::string train(const std::string& more) {
    return "train -i data --target-columns sum --hidden-dim 16 --heads 2 --ensemble-size 2 --quiet" + more;
  }
};

TEST_F(DagOnRanks, TrainsTheSameModel) {
  expect_same_files(train(" --epochs 3"), {3}, {"model.safetensors", "test_predictions.csv"});
}

TEST_F(DagOnRanks, CrossValidatesTheSame) {
  expect_same_files(train(" --epochs 2 --folds 2 --no-baselines"), {3},
                    {"cross_validation.csv", "cv_predictions.csv"});
}

class ArrowOnRanks : public ProgramOnRanks {
 protected:
  ArrowOnRanks() : ProgramOnRanks("plstm-arrow") {}
};

TEST_F(ArrowOnRanks, TrainsTheSameModel) {
  expect_same_files(
      "train --model p --size 64 --patch 16 --hidden-dim 8 --heads 2 --blocks 2 --images 24 "
      "--validation-images 8 "
      "--batch-size 8 --warmup-epochs 1 --test-images 6 --test-factors 1 --dropout 0.2 --epochs 2 "
      "--turned-epochs 1 --quiet",
      {3}, {"model.safetensors"});
}

class SequenceOnRanks : public ProgramOnRanks {
 protected:
  SequenceOnRanks() : ProgramOnRanks("plstm-sequence") {}
};

TEST_F(SequenceOnRanks, LearnsTheSameText) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += fmt::format("{} and {} make {}\n", i % 7, i % 5, i % 7 + i % 5);
  write("text.txt", text);
  expect_same_files(
      "text -i text.txt --length 16 --width 8 --blocks 1 --heads 1 --batch-size 8 --characters 5 --epochs 1",
      {3}, {"model.safetensors", "sample.txt"});
}

class BenchOnRanks : public ProgramOnRanks {
 protected:
  BenchOnRanks() : ProgramOnRanks("plstm-bench") {}
};

// Each rank does some of the runs.
TEST_F(BenchOnRanks, SharesItsRuns) {
  std::filesystem::create_directories(path("RINGS"));
  std::string edges, indicator, labels;
  int first = 1;
  for (int graph = 0; graph < 30; ++graph) {
    const int size = 3 + graph / 2 % 5;
    for (int i = 0; i < size; ++i) {
      indicator += std::to_string(graph + 1) + "\n";
      const int next = (i + 1) % size;
      if (next == 0 && graph % 2 == 1) continue;
      edges += fmt::format("{}, {}\n{}, {}\n", first + i, first + next, first + next, first + i);
    }
    first += size;
    labels += graph % 2 == 0 ? "1\n" : "2\n";
  }
  write("RINGS/RINGS_A.txt", edges);
  write("RINGS/RINGS_graph_indicator.txt", indicator);
  write("RINGS/RINGS_graph_labels.txt", labels);
  const std::string flags =
      "tu -d RINGS -m plstm,majority --data-dir . --width 16 --heads 2 --blocks 1 --epochs 2 --folds 3 "
      "--members 2 "
      "--save-predictions ";
  ASSERT_EQ(run(flags + "-o alone").code, 0);
  const Outcome r = run_on(2, flags + "-o together");
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(names_in("together/runs"), names_in("alone/runs"));
  int compared = 0;
  for (const std::string& name : names_in("alone/runs")) {
    if (!name.ends_with("_test.csv")) continue;
    EXPECT_EQ(read_text(path("together/runs/" + name)), read_text(path("alone/runs/" + name))) << name;
    ++compared;
  }
  EXPECT_EQ(compared, 6);
}

}  // namespace
}  // namespace plstm::test
