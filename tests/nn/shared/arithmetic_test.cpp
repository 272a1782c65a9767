#include <cstdint>
#include <span>
#include <vector>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/shared/arithmetic.hpp>

#include "support/gradient_check.hpp"

namespace plstm::test {
namespace {

using ::testing::ThrowsMessage;

const auto kAdd = [](auto& tape, const auto& x) { return add(tape, x[0], x[1]); };
const auto kScale = [](auto& tape, const auto& x) { return scale_columns(tape, x[0], x[1]); };

const auto kAddMultiple = [](auto& tape, const auto& x) { return add_multiple(tape, x[0], x[1], x[2]); };
const auto kHeadDots = [](auto& tape, const auto& x) { return head_dots(tape, x[0], x[1]); };

Matrix<double> rows(std::initializer_list<std::initializer_list<double>> list) {
  return Matrix<double>(list);
}

TEST(Arithmetic, HasKnownValues) {
  const Matrix<double> x = rows({{1, 2}, {3, 4}});
  EXPECT_EQ(evaluate<double>({{}, {}, {x, rows({{10, 20}, {30, 40}})}}, kAdd), rows({{11, 22}, {33, 44}}));
  EXPECT_EQ(evaluate<double>({{}, {}, {x, rows({{2, -1}})}}, kScale), rows({{2, -2}, {6, -4}}));
  EXPECT_EQ(evaluate<double>({{}, {}, {x}},
                             [](auto& tape, const auto& in) { return multiply_by(tape, in[0], 0.5); }),
            rows({{0.5, 1}, {1.5, 2}}));
}

TEST(Arithmetic, AddsInTheMemoryOfAnArgument) {
  Random random(kSeed);
  const LayerInputs inputs{{}, {}, {random_matrix(3, 4, random), random_matrix(3, 4, random)}};
  const auto over = [](auto& tape, const auto& x) {
    return add_over(tape, x[0], multiply_by(tape, x[1], 2));
  };
  EXPECT_EQ(evaluate<double>(inputs, over), inputs.matrices[0] + 2 * inputs.matrices[1]);
  EXPECT_TRUE(gradients_match(inputs, over));
}

TEST(Arithmetic, TakesColumnsAndRepeatsRows) {
  const auto take = [](Index first, Index count) {
    return [=](auto& tape, const auto& x) { return take_columns(tape, x[0], first, count); };
  };
  const auto repeat = [](Index count) {
    return [=](auto& tape, const auto& x) { return broadcast_rows(tape, x[0], count); };
  };
  const Matrix<double> x = rows({{1, 2, 3}, {4, 5, 6}});
  EXPECT_EQ(evaluate<double>({{}, {}, {x}}, take(1, 2)), rows({{2, 3}, {5, 6}}));
  EXPECT_EQ(evaluate<double>({{}, {}, {rows({{1, 2}})}}, repeat(2)), rows({{1, 2}, {1, 2}}));
  EXPECT_TRUE(gradients_match({{}, {}, {x}}, take(1, 1)));
  EXPECT_TRUE(gradients_match({{}, {}, {x}}, take(3, 0)));
  for (const Index count : {0, 1, 5})
    EXPECT_TRUE(gradients_match({{}, {}, {rows({{1, 2, 3}})}}, repeat(count)));
  EXPECT_THAT(
      [&] {
        evaluate<double>({{}, {}, {x}}, take(2, 2));
      },
      ThrowsMessage<ShapeError>("take_columns: columns 2 to 3 of a matrix of 3"));
  EXPECT_THAT(
      [&] {
        evaluate<double>({{}, {}, {x}}, repeat(2));
      },
      ThrowsMessage<ShapeError>("broadcast_rows: x has shape [2, 3], expected [1, 3]"));
}

TEST(Arithmetic, AddsALearnedMultiple) {
  const LayerInputs inputs{{}, {}, {rows({{1, 2}, {3, 4}}), rows({{10, 20}, {30, 40}}), rows({{0.5}})}};
  EXPECT_EQ(evaluate<double>(inputs, kAddMultiple), rows({{6, 12}, {18, 24}}));
  Random random(kSeed);
  EXPECT_TRUE(gradients_match(
      {{}, {}, {random_matrix(5, 7, random), random_matrix(5, 7, random), random_matrix(1, 1, random)}},
      kAddMultiple));
}

TEST(Arithmetic, HeadDotsTakeEachHeadsColumns) {
  const LayerInputs inputs{{}, {}, {rows({{1, 2, 3, 4}, {5, 6, 7, 8}}), rows({{1, 10}, {100, 1000}})}};
  EXPECT_EQ(evaluate<double>(inputs, kHeadDots), rows({{21, 4300}, {65, 8700}}));
  Random random(kSeed);
  EXPECT_TRUE(
      gradients_match({{}, {}, {random_matrix(4, 33, random), random_matrix(3, 11, random)}}, kHeadDots));
}

TEST(Arithmetic, MeanOfRowsGathersPairs) {
  const std::vector<std::int32_t> first{0, 2, 1}, second{1, 2, 0};
  const auto function = [&](auto& tape, const auto& x) {
    return mean_of_rows(tape, x[0], first.data(), second.data(), 3);
  };
  EXPECT_EQ(evaluate<double>({{}, {}, {rows({{1, 2}, {3, 6}, {5, 7}})}}, function),
            rows({{2, 4}, {5, 7}, {2, 4}}));
  Random random(kSeed);
  EXPECT_TRUE(gradients_match({{}, {}, {random_matrix(4, 3, random)}}, function));
}

TEST(Arithmetic, GradientsMatch) {
  Random random(kSeed);
  EXPECT_TRUE(gradients_match({{}, {}, {random_matrix(3, 4, random), random_matrix(3, 4, random)}}, kAdd));
  EXPECT_TRUE(gradients_match({{}, {}, {random_matrix(3, 4, random), random_matrix(1, 4, random)}}, kScale));
  EXPECT_TRUE(gradients_match({{}, {}, {random_matrix(3, 4, random)}},
                              [](auto& tape, const auto& x) { return multiply_by(tape, x[0], -2.5); }));
}

TEST(Arithmetic, OneMatrixMayBeBothArguments) {
  Random random(kSeed);
  EXPECT_TRUE(gradients_match({{}, {}, {random_matrix(3, 4, random)}},
                              [](auto& tape, const auto& x) { return add(tape, x[0], x[0]); }));
}

// What needs no gradient gets none: constants on either side.
TEST(Arithmetic, LeavesConstantsAlone) {
  Random random(kSeed);
  const Matrix<double> constant = random_matrix(3, 4, random);
  const LayerInputs inputs{{}, {}, {random_matrix(3, 4, random)}};
  const LayerInputs scale{{}, {}, {random_matrix(1, 4, random)}};
  const auto fixed = [&](Tape<double>& tape, Index count) {
    return tape.constant(constant.data(), count, 4);
  };
  EXPECT_TRUE(
      gradients_match(inputs, [&](auto& tape, const auto& x) { return add(tape, x[0], fixed(tape, 3)); }));
  EXPECT_TRUE(
      gradients_match(inputs, [&](auto& tape, const auto& x) { return add(tape, fixed(tape, 3), x[0]); }));
  EXPECT_TRUE(gradients_match(
      inputs, [&](auto& tape, const auto& x) { return scale_columns(tape, x[0], fixed(tape, 1)); }));
  EXPECT_TRUE(gradients_match(
      scale, [&](auto& tape, const auto& x) { return scale_columns(tape, fixed(tape, 3), x[0]); }));
}

TEST(Arithmetic, ComplainsAboutShapes) {
  const LayerInputs inputs{{}, {}, {Matrix<double>::Zero(2, 3), Matrix<double>::Zero(2, 4)}};
  EXPECT_THAT([&] { evaluate<double>(inputs, kAdd); },
              ThrowsMessage<ShapeError>("add: b has shape [2, 4], expected [2, 3]"));
  EXPECT_THAT([&] { evaluate<double>(inputs, kScale); },
              ThrowsMessage<ShapeError>("scale_columns: scale has shape [2, 4], expected [1, 3]"));
  EXPECT_THAT([&] { evaluate<double>(inputs, kHeadDots); },
              ThrowsMessage<ShapeError>("head_dots: x has shape [2, 3], expected [2, 8]"));
  LayerInputs three = inputs;
  three.matrices.push_back(Matrix<double>::Zero(1, 2));
  EXPECT_THAT([&] { evaluate<double>(three, kAddMultiple); },
              ThrowsMessage<ShapeError>("add_multiple: b has shape [2, 4], expected [2, 3]"));
  three.matrices[1] = three.matrices[0];
  EXPECT_THAT([&] { evaluate<double>(three, kAddMultiple); },
              ThrowsMessage<ShapeError>("add_multiple: factor has shape [1, 2], expected [1, 1]"));
}

TEST(Arithmetic, AcceptsNoRows) {
  EXPECT_TRUE(gradients_match({{}, {}, {Matrix<double>(0, 2), Matrix<double>(0, 2)}}, kAdd));
  EXPECT_TRUE(gradients_match({{}, {}, {Matrix<double>(0, 2), Matrix<double>::Ones(1, 2)}}, kScale));
  EXPECT_TRUE(gradients_match(
      {{}, {}, {Matrix<double>(0, 2), Matrix<double>(0, 2), Matrix<double>::Ones(1, 1)}}, kAddMultiple));
  EXPECT_TRUE(gradients_match({{}, {}, {Matrix<double>(0, 6), Matrix<double>::Ones(2, 3)}}, kHeadDots));
  EXPECT_TRUE(gradients_match({{}, {}, {Matrix<double>::Ones(2, 2)}}, [](auto& tape, const auto& x) {
    return mean_of_rows(tape, x[0], nullptr, nullptr, 0);
  }));
}

TEST(Hadamard, MultipliesEntryByEntry) {
  Random random(kSeed);
  const auto product = [](auto& tape, const auto& v) { return hadamard(tape, v[0], v[1]); };
  const Matrix<double> a{{1, 2}, {3, 4}}, b{{5, 6}, {7, 8}};
  EXPECT_EQ(evaluate<double>({{}, {}, {a, b}}, product), (Matrix<double>{{5, 12}, {21, 32}}));
  EXPECT_TRUE(gradients_match({{}, {}, {random_matrix(5, 7, random), random_matrix(5, 7, random)}}, product));
  const auto square = [](auto& tape, const auto& v) { return hadamard(tape, v[0], v[0]); };
  EXPECT_TRUE(gradients_match({{}, {}, {random_matrix(5, 7, random)}}, square));
  EXPECT_THROW(evaluate<double>({{}, {}, {a, Matrix<double>::Zero(2, 3)}}, product), ShapeError);
}

TEST(Concatenate, PutsMatricesSideBySide) {
  Random random(kSeed);
  const auto join = [](auto& tape, const auto& v) {
    return concatenate(tape, std::span(v.data(), v.size()));
  };
  const Matrix<double> a{{1, 2}, {3, 4}}, b{{5}, {6}};
  EXPECT_EQ(evaluate<double>({{}, {}, {a, b, a}}, join), (Matrix<double>{{1, 2, 5, 1, 2}, {3, 4, 6, 3, 4}}));
  EXPECT_TRUE(gradients_match(
      {{}, {}, {random_matrix(3, 4, random), random_matrix(3, 0, random), random_matrix(3, 5, random)}},
      join));
  const auto twice = [](auto& tape, const auto& v) {
    const std::vector parts{v[0], v[1], v[0]};
    return concatenate(tape, std::span(parts.data(), parts.size()));
  };
  EXPECT_TRUE(gradients_match({{}, {}, {random_matrix(3, 4, random), random_matrix(3, 1, random)}}, twice));
  EXPECT_THROW(evaluate<double>({{}, {}, {a, Matrix<double>::Zero(3, 1)}}, join), ShapeError);
  EXPECT_THROW(evaluate<double>({{}, {}, {}}, join), ShapeError);
}

}  // namespace
}  // namespace plstm::test
