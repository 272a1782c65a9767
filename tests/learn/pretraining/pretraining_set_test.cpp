#include "plstm/learn/pretraining/pretraining_set.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>

#include "learn/pretraining/code_graphs.hpp"
#include "support/seed.hpp"
#include "support/temporary_folder.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class PretrainingSetTest : public ::testing::Test {
 protected:
  PretrainingSetTest() : random_(kSeed), graphs_(make_code_graphs(150, random_)), path_(folder_ / "a.set") {}

  // All blocks, one after the other.
  static PretrainingBlock read_all(const PretrainingSet& set) {
    PretrainingBlock all;
    for (std::int32_t i = 0; i < set.num_blocks(); ++i) {
      PretrainingBlock block = set.read(i);
      EXPECT_EQ(std::ssize(block.graphs), set.graphs_in(i));
      all.graphs.insert(all.graphs.end(), block.graphs.begin(), block.graphs.end());
      all.targets.insert(all.targets.end(), block.targets.begin(), block.targets.end());
    }
    return all;
  }

  Random random_;
  CodeGraphs graphs_;
  TemporaryFolder folder_;
  std::filesystem::path path_;
};

TEST_F(PretrainingSetTest, GivesBackGraphsAndStandardisedTargets) {
  write_set(path_, graphs_);
  const PretrainingSet set(path_);
  EXPECT_EQ(set.header(), header_of(graphs_));
  EXPECT_EQ(set.num_graphs(), 150);
  EXPECT_EQ(set.num_blocks(), 3);
  const PretrainingBlock all = read_all(set);
  EXPECT_EQ(all.graphs, graphs_.graphs);
  ASSERT_EQ(all.targets.size(), graphs_.targets.size());
  constexpr float kStep = kTargetLimit / 127;
  for (std::size_t i = 0; i < all.targets.size(); ++i) {
    if (std::isnan(graphs_.targets[i])) {
      EXPECT_TRUE(std::isnan(all.targets[i])) << i;
      continue;
    }
    const double standardised =
        (static_cast<double>(graphs_.targets[i]) - set.header().mean[i % 3]) / set.header().scale[i % 3];
    EXPECT_NEAR(all.targets[i], standardised, kStep / 2 + 1e-5) << i;
  }
  EXPECT_EQ(folder_.names(), std::vector<std::string>{"a.set"});
}

TEST_F(PretrainingSetTest, TargetsFarOutAreClamped) {
  const PretrainingHeader header = header_of(graphs_);
  graphs_.targets[0] = 1e6f;
  graphs_.targets[3] = -1e6f;
  PretrainingWriter writer(path_, header);
  writer.add(graphs_.graphs, graphs_.targets, 150);
  writer.finish();
  const PretrainingBlock block = PretrainingSet(path_).read(0);
  EXPECT_FLOAT_EQ(block.targets[0], kTargetLimit);
  EXPECT_FLOAT_EQ(block.targets[3], -kTargetLimit);
}

// Killed in the middle of a block, a writer goes on from the last whole one and the file has the bytes of one go.
TEST_F(PretrainingSetTest, AWriterGoesOnWhereItWasKilled) {
  const std::size_t columns = 3, first = 64;
  const auto part = [&](std::size_t begin, std::size_t end) {
    return CodeGraphs{{graphs_.graphs.begin() + static_cast<std::ptrdiff_t>(begin),
                       graphs_.graphs.begin() + static_cast<std::ptrdiff_t>(end)},
                      {graphs_.targets.begin() + static_cast<std::ptrdiff_t>(begin * columns),
                       graphs_.targets.begin() + static_cast<std::ptrdiff_t>(end * columns)}};
  };
  const CodeGraphs a = part(0, first), b = part(first, 150);
  const PretrainingHeader header = header_of(graphs_);
  {
    PretrainingWriter writer(folder_ / "whole.set", header);
    writer.add(a.graphs, a.targets, 100);
    writer.add(b.graphs, b.targets, 200);
    writer.finish();
  }
  {
    PretrainingWriter writer(path_, header);
    writer.add(a.graphs, a.targets, 100);
  }
  std::ofstream(path_.string() + ".unfinished", std::ios::app | std::ios::binary) << "half a block";
  EXPECT_THAT([&] { PretrainingSet set(path_.string() + ".unfinished"); },
              ThrowsMessage<FileError>(HasSubstr("cut off")));
  PretrainingWriter writer(path_, read_unfinished_header(path_), true);
  EXPECT_EQ(writer.rows_read(), 100);
  EXPECT_EQ(writer.num_graphs(), 64);
  writer.add(b.graphs, b.targets, 200);
  writer.finish();
  EXPECT_EQ(text_of(path_), text_of(folder_ / "whole.set"));
}

// The blocks of a call that a kill broke off are written again, and not a second time beside the first.
TEST_F(PretrainingSetTest, ACallThatWasBrokenOffLeavesNoGraphTwice) {
  const PretrainingHeader header = header_of(graphs_);
  const CodeGraphs first = make_code_graphs(10, random_);
  std::uintmax_t after_first = 0;
  {
    PretrainingWriter writer(path_, header);
    writer.add(first.graphs, first.targets, 20);
    after_first = std::filesystem::file_size(path_.string() + ".unfinished");
    writer.add(graphs_.graphs, graphs_.targets, 200);
  }
  const std::string all = text_of(path_.string() + ".unfinished");
  for (const std::size_t size : {all.size() - 1, static_cast<std::size_t>((after_first + all.size()) / 2)}) {
    write_text_to(path_.string() + ".unfinished", all.substr(0, size));
    PretrainingWriter writer(path_, header, true);
    EXPECT_EQ(writer.rows_read(), 20) << size;
    EXPECT_EQ(writer.num_graphs(), 10) << size;
    writer.add(graphs_.graphs, graphs_.targets, 200);
    EXPECT_EQ(text_of(path_.string() + ".unfinished"), all) << size;
  }
}

TEST_F(PretrainingSetTest, DamageIsFound) {
  write_set(path_, graphs_);
  const std::string whole = text_of(path_);
  for (std::size_t size : {std::size_t{0}, std::size_t{10}, whole.size() / 2, whole.size() - 1}) {
    write_text_to(path_, whole.substr(0, size));
    EXPECT_THAT([&] { PretrainingSet set(path_); }, ThrowsMessage<FileError>(HasSubstr("a.set"))) << size;
  }
  Random random(kSeed);
  for (int trial = 0; trial < 200; ++trial) {
    std::string changed = whole;
    changed[static_cast<std::size_t>(random.below(changed.size()))] ^=
        static_cast<char>(1 << random.below(8));
    write_text_to(path_, changed);
    try {
      const PretrainingSet set(path_);
      read_all(set);  // lengths and the number of rows have no digest, but nothing may crash
    } catch (const Error&) {
    }
  }
}

// Means and scales decide what a network is taught.
TEST_F(PretrainingSetTest, AnotherDigitOfTheDescriptionIsFound) {
  write_set(path_, graphs_);
  const std::string whole = text_of(path_);
  const PretrainingHeader header = PretrainingSet(path_).header();
  const std::size_t begin = whole.find("\"mean\""), end = whole.find("\"source\"");
  ASSERT_LT(begin, end);
  int found = 0;
  for (std::size_t at = begin; at < end; ++at) {
    if (whole[at] < '1' || whole[at] > '8') continue;
    std::string changed = whole;
    ++changed[at];
    write_text_to(path_, changed);
    try {
      EXPECT_EQ(PretrainingSet(path_).header(), header) << "a last digit may be the same number, at " << at;
    } catch (const FileError& error) {
      EXPECT_THAT(error.what(), HasSubstr("damaged"));
      ++found;
    }
  }
  EXPECT_GT(found, 5);
}

TEST_F(PretrainingSetTest, RefusesWhatTheFormatCannotHold) {
  PretrainingWriter writer(path_, header_of(graphs_));
  AttributedGraph values = graphs_.graphs.front();
  values.node_value_width = 1;
  values.node_values.assign(static_cast<std::size_t>(values.dag.num_nodes()), 0.5f);
  const std::vector<float> row(3);
  EXPECT_THAT([&] { writer.add({&values, 1}, row, 1); }, ThrowsMessage<ShapeError>(HasSubstr("real values")));
  AttributedGraph code = graphs_.graphs.front();
  code.node_codes.front() = 3;
  EXPECT_THAT([&] { writer.add({&code, 1}, row, 1); }, ThrowsMessage<ShapeError>(HasSubstr("vocabulary")));
  EXPECT_THROW(writer.add({&code, 1}, std::vector<float>(2), 1), ShapeError);
}

TEST(MeasureTargets, LeavesOutMissingValuesAndKeepsConstants) {
  PretrainingHeader header;
  header.target_names = {"a", "constant", "empty"};
  const float none = std::nanf("");
  const std::vector<float> values{1, 7, none, none, 7, none, 3, 7, none};
  measure_targets(values, header);
  EXPECT_EQ(header.mean, (std::vector<double>{2, 7, 0}));
  EXPECT_EQ(header.scale, (std::vector<double>{1, 1, 1}));
  EXPECT_THROW(measure_targets(std::vector<float>(4), header), ShapeError);
}

}  // namespace
}  // namespace plstm::test
