#include <cstdint>
#include <vector>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/shared/pooling.hpp>

#include "support/gradient_check.hpp"

namespace plstm::test {
namespace {

using ::testing::ThrowsMessage;

// Segments of 2, 0 and 1 rows.
const std::vector<std::int32_t> kOffsets{0, 2, 2, 3};

auto pool(Pooling pooling, const std::vector<std::int32_t>& offsets = kOffsets) {
  return [&offsets, pooling](auto& tape, const auto& x) {
    return pool_segments(tape, x[0], offsets.data(), static_cast<Index>(offsets.size()) - 1, pooling);
  };
}

TEST(Pooling, HasKnownValues) {
  const LayerInputs inputs{{}, {}, {Matrix<double>{{1, -2}, {3, -4}, {-5, 6}}}};
  EXPECT_EQ(evaluate<double>(inputs, pool(Pooling::kMean)), (Matrix<double>{{2, -3}, {0, 0}, {-5, 6}}));
  EXPECT_EQ(evaluate<double>(inputs, pool(Pooling::kSum)), (Matrix<double>{{4, -6}, {0, 0}, {-5, 6}}));
  EXPECT_EQ(evaluate<double>(inputs, pool(Pooling::kScaledSum)),
            (Matrix<double>{{4. / 16, -6. / 16}, {0, 0}, {-5. / 16, 6. / 16}}));
  EXPECT_EQ(evaluate<double>(inputs, pool(Pooling::kMax)), (Matrix<double>{{3, -2}, {0, 0}, {-5, 6}}));
}

TEST(Pooling, GradientsMatch) {
  Random random(kSeed);
  for (const Pooling pooling : {Pooling::kMean, Pooling::kSum, Pooling::kScaledSum, Pooling::kMax}) {
    EXPECT_TRUE(gradients_match({{}, {}, {random_matrix(3, 4, random)}}, pool(pooling)));
  }
}

TEST(Pooling, GradientOfAMaximumGoesToTheFirstRowThatHasIt) {
  const std::vector<std::int32_t> offsets{0, 3};
  const LayerInputs inputs{{}, {}, {Matrix<double>{{1, 5}, {2, 5}, {2, 4}}}};
  const Matrix<double> w = output_weights(1, 2);
  const auto result = run_backward<double>(inputs, pool(Pooling::kMax, offsets));
  EXPECT_EQ(result.matrices[0], (Matrix<double>{{0, w(0, 1)}, {w(0, 0), 0}, {0, 0}}));
}

TEST(Pooling, AcceptsNoSegmentsAndOnlyEmptyOnes) {
  const std::vector<std::int32_t> none{0}, empty{0, 0, 0};
  for (const Pooling pooling : {Pooling::kMean, Pooling::kSum, Pooling::kScaledSum, Pooling::kMax}) {
    const LayerInputs inputs{{}, {}, {Matrix<double>(0, 3)}};
    EXPECT_EQ(evaluate<double>(inputs, pool(pooling, none)).rows(), 0);
    EXPECT_EQ(evaluate<double>(inputs, pool(pooling, empty)), (Matrix<double>::Zero(2, 3)));
    EXPECT_TRUE(gradients_match(inputs, pool(pooling, empty)));
  }
}

TEST(Pooling, ComplainsIfTheSegmentsDoNotCoverTheRows) {
  EXPECT_THAT(
      [] {
        evaluate<double>({{}, {}, {Matrix<double>::Zero(4, 2)}}, pool(Pooling::kSum));
      },
      ThrowsMessage<ShapeError>("pool_segments: x has shape [4, 2], expected [3, 2]"));
}

}  // namespace
}  // namespace plstm::test
