#include <algorithm>
#include <cstdint>
#include <vector>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/grids/grid_block.hpp>

#include "support/gradient_check.hpp"

namespace plstm::test {
namespace {

// Two grids of 2 x 3 nodes.
struct GridBlockSample {
  LayerInputs inputs;
  GridBlock block;
  std::vector<std::int32_t> offsets{0, 6, 12};

  explicit GridBlockSample(StmMode mode, double drop_path = 0) {
    Random random(kSeed);
    GridBlockOptions options;
    options.layer = {.mode = mode, .width = 4, .heads = 2};
    options.drop_path = drop_path;
    block = add_grid_block(inputs.layout, "block", options);
    inputs.values = random_values(inputs.layout, 0.3, random);
    inputs.matrices = {random_matrix(12, 4, random)};
  }
  auto run() const {
    return [this](auto& tape, const auto& x) { return apply(tape, block, x[0], 2, 3, offsets.data()); };
  }
};

TEST(GridBlock, GradientsMatch) {
  for (const StmMode mode : {StmMode::kPropagation, StmMode::kDiffusion}) {
    const GridBlockSample sample(mode);
    EXPECT_TRUE(gradients_match(sample.inputs, sample.run(), {.relative = 1e-5, .most_entries = 6}));
  }
}

TEST(GridBlock, IsTheIdentityWithoutItsLastMaps) {
  GridBlockSample sample(StmMode::kPropagation);
  EXPECT_NE(evaluate<double>(sample.inputs, sample.run()), sample.inputs.matrices[0]);
  for (const ParameterId id :
       {sample.block.layer.out.weight, sample.block.down.weight, sample.block.down.bias}) {
    const ParameterInfo& info = sample.inputs.layout[id];
    std::fill_n(sample.inputs.values.begin() + static_cast<std::ptrdiff_t>(info.offset), info.size, 0.0);
  }
  EXPECT_EQ(evaluate<double>(sample.inputs, sample.run()), sample.inputs.matrices[0]);
}

// A branch is dropped for all nodes of a grid or for none.
TEST(GridBlock, DropsBranchesOfWholeGrids) {
  GridBlockSample sample(StmMode::kDiffusion, 0.5);
  sample.inputs.training = true;
  bool kept = false, dropped = false;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    sample.inputs.seed = seed;
    const Matrix<double> y = evaluate<double>(sample.inputs, sample.run());
    for (Index grid = 0; grid < 2; ++grid) {
      const auto same = (y - sample.inputs.matrices[0]).middleRows(6 * grid, 6).rowwise().squaredNorm();
      const Index unchanged = (same.array() == 0).count();
      ASSERT_TRUE(unchanged == 0 || unchanged == 6) << seed;
      (unchanged == 0 ? kept : dropped) = true;
    }
  }
  EXPECT_TRUE(kept && dropped);
}

TEST(GridBlock, RefusesALayerThatDoesNotFit) {
  ParameterLayout layout;
  GridBlockOptions options;
  options.layer = {.width = 4, .heads = 3};
  EXPECT_THAT([&] { add_grid_block(layout, "b", options); },
              ::testing::ThrowsMessage<ConfigError>("grid layer: 3 heads do not divide the width 4"));
}

}  // namespace
}  // namespace plstm::test
