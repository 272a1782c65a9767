#include <cstdint>
#include <vector>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/shared/embedding.hpp>

#include "support/gradient_check.hpp"

namespace plstm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

// Two columns with 2 and 3 codes.
struct Sample {
  std::vector<std::int32_t> first_rows = first_rows_of(std::vector<std::int32_t>{2, 3});
  std::vector<std::int32_t> codes;

  auto function() const {
    return [this](auto& tape, const auto& x) {
      return embedding_sum(tape, x[0], codes.data(), static_cast<Index>(codes.size() / 2), first_rows);
    };
  }
};

TEST(Embedding, FirstRowsAreRunningSums) {
  EXPECT_THAT(first_rows_of(std::vector<std::int32_t>{2, 3, 1}), ElementsAre(0, 2, 5));
  EXPECT_THAT(first_rows_of({}), IsEmpty());
}

TEST(Embedding, AddsOneRowPerColumn) {
  const Sample sample{.codes = {0, 0, 1, 2, 0, 2}};
  const Matrix<double> table{{1, 2}, {3, 4}, {10, 20}, {30, 40}, {50, 60}};
  EXPECT_EQ(evaluate<double>({{}, {}, {table}}, sample.function()),
            (Matrix<double>{{11, 22}, {53, 64}, {51, 62}}));
}

TEST(Embedding, GradientsMatchWhereRowsAreUsedTwice) {
  Random random(kSeed);
  const Sample sample{.codes = {0, 0, 1, 2, 0, 2, 0, 2}};
  EXPECT_TRUE(gradients_match({{}, {}, {random_matrix(5, 3, random)}}, sample.function()));
}

TEST(Embedding, AcceptsNoRowsAndConstantTables) {
  Random random(kSeed);
  EXPECT_TRUE(gradients_match({{}, {}, {random_matrix(5, 3, random)}}, Sample().function()));
  const Sample sample{.codes = {0, 1}};
  const Matrix<double> table = random_matrix(5, 3, random);
  EXPECT_TRUE(gradients_match({}, [&](auto& tape, const auto&) {
    return embedding_sum(tape, tape.constant(table.data(), 5, 3), sample.codes.data(), 1, sample.first_rows);
  }));
}

TEST(Embedding, NamesTheCodeOutsideItsVocabulary) {
  const LayerInputs inputs{{}, {}, {Matrix<double>::Zero(5, 2)}};
  const Sample foreign{.codes = {0, 0, 2, 0}};  // 2 would be the first row of the next column
  EXPECT_THAT([&] { evaluate<double>(inputs, foreign.function()); },
              ThrowsMessage<ShapeError>("embedding_sum: code 2 in column 0 of row 1, expected 0..1"));
  const Sample beyond{.codes = {0, 3}};
  EXPECT_THAT([&] { evaluate<double>(inputs, beyond.function()); },
              ThrowsMessage<ShapeError>("embedding_sum: code 3 in column 1 of row 0, expected 0..2"));
  const Sample negative{.codes = {0, -1}};
  EXPECT_THAT([&] { evaluate<double>(inputs, negative.function()); },
              ThrowsMessage<ShapeError>("embedding_sum: code -1 in column 1 of row 0, expected 0..2"));
  const Sample largest{.codes = {0, 2147483647}};
  EXPECT_THROW(evaluate<double>(inputs, largest.function()), ShapeError);
}

}  // namespace
}  // namespace plstm::test
