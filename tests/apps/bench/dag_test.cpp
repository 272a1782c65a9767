#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apps/bench/bench_program.hpp"

// plstm-bench dag.
namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

const char* const kSmall = " --set epochs=1 --set width=16 --set heads=2 -o out";

TEST_F(BenchProgram, FormulasAreTheSameForEverySeedAndRunOnce) {
  const std::string arguments =
      std::string("dag --dataset formulas --formulas 20 --model plstm mean forest --seeds 2") + kSmall;
  const Outcome r = run(arguments);
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("formulas plstm seed 1:  accuracy"));
  const std::string table = read_text(path("out/results.csv"));
  EXPECT_THAT(lines_of(table), SizeIs(1 + 6));
  const Outcome again = run(arguments);
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(again.out.find(" seed 0:"), std::string::npos) << "runs that are recorded are not repeated";
  EXPECT_EQ(read_text(path("out/results.csv")), table);
}

TEST_F(BenchProgram, DagsTakeListsAndFlagsAsTheOtherCommandsDo) {
  ASSERT_EQ(
      run(std::string("dag --dataset formulas --formulas 20 --model plstm gin --first-seed 3") + kSmall).code,
      0);
  const Outcome again =
      run("dag -d formulas --formulas 20 -m plstm,gin --seed 3 --epochs 1 --width 16 --heads 2 -o out");
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(again.out.find(" seed 3:"), std::string::npos) << "the runs are the same";
}

TEST_F(BenchProgram, PathsCountRightNumbers) {
  const Outcome r = run(std::string("dag --dataset paths --formulas 20 --model plstm max-plus") + kSmall);
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("paths max-plus seed 0:"));
  EXPECT_THAT(r.out, HasSubstr("  right 0."));
}

TEST_F(BenchProgram, TreesReadCountsOfTheStructure) {
  const Outcome r = run(std::string("dag --dataset paths --formulas 60 --model mean boosted boosted-counts "
                                    "forest forest-counts") +
                        kSmall);
  ASSERT_EQ(r.code, 0) << r.err;
  // The depth of a node is among the counts, and it is the label; on graphs as large as those of training.
  const auto validation = [&](const std::string& model) {
    return mean_of("paths", model, "rmse", "validation");
  };
  EXPECT_GT(validation("boosted-counts"), 0);
  EXPECT_LT(validation("boosted-counts"), 0.2 * validation("mean"));
  EXPECT_LT(validation("forest-counts"), 0.5 * validation("mean"));
  EXPECT_GT(validation("boosted"), 0.7 * validation("mean")) << "nodes look alike without the structure";
}

TEST_F(BenchProgram, MistakesOfDagAreOneLine) {
  EXPECT_THAT(run("dag --dataset chess").err,
              HasSubstr("unknown benchmark 'chess', expected one of circuits"));
  EXPECT_THAT(run("dag --dataset formulas,chess --model mean").out, "") << "said before anything is trained";
  EXPECT_THAT(run("dag --dataset formulas --model tree").err, HasSubstr("unknown model 'tree'"));
  EXPECT_THAT(run("dag --dataset formulas --model mean,mean").err, HasSubstr("--model names mean twice"));
  EXPECT_THAT(run("dag --dataset formulas --set orientation=bfs").err,
              HasSubstr("--set orientation=bfs: these benchmarks make their graphs in one way only"));
  EXPECT_THAT(run("dag --dataset formulas --model plstm --set widht=3").err,
              HasSubstr("there is no setting 'widht'"));
  EXPECT_THAT(run("dag --dataset nas201 --data-dir .").err, HasSubstr("--data-dir names the folder"));
  EXPECT_THAT(run("dag --dataset formulas --formulas 20 --model ridge").err,
              HasSubstr("formulas has classes, which ridge does not know"));
  EXPECT_THAT(run("dag --dataset formulas --formulas 3 --model mean").err, HasSubstr("--formulas is 3"));
}

TEST_F(BenchProgram, ArchitecturesAreJudgedByTheirOrder) {
  write("NASBench201", "");
  shell("rm NASBench201; mkdir NASBench201");
  std::string table = "index,arch,cifar10_test\n";
  const std::vector<std::string> operations{"none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3",
                                            "avg_pool_3x3"};
  for (std::size_t i = 0; i < 60; ++i) {
    const auto op = [&](std::size_t place) { return operations[(i * (place + 2) + i / 7) % 5]; };
    table += std::to_string(i) + ",|" + op(0) + "~0|+|" + op(1) + "~0|" + op(2) + "~1|+|" + op(3) + "~0|" +
             op(4) + "~1|" + op(5) + "~2|," + std::to_string(50 + i % 13) + "\n";
  }
  write("NASBench201/architectures.csv", table);
  const Outcome r =
      run(std::string("dag --dataset nas201 --labels 30 --data-dir . --model plstm+companion gin ridge") +
          kSmall);
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("kendall"));
  EXPECT_THAT(read_text(path("out/results.md")), HasSubstr("nas201-30"));
}

}  // namespace
}  // namespace plstm::test
