#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/sequences/sequence_block.hpp>

#include "support/gradient_check.hpp"

namespace plstm::test {
namespace {

using ::testing::Contains;
using ::testing::Not;
using ::testing::ThrowsMessage;

SequenceBlockOptions small_block(SequenceBlockKind kind) {
  SequenceBlockOptions o{.kind = kind, .width = 4};
  o.layer = {.heads = 2, .tracking = {2, 1, 2, 2, 1}, .gate_weights = false, .passthrough = true};
  return o;
}

auto run_block(const SequenceBlock& block, Index length) {
  return [&block, length](auto& tape, const auto& x) { return apply(tape, block, x[0], length); };
}

TEST(SequenceBlock, GradientsMatch) {
  Random random(kSeed);
  for (const SequenceBlockKind kind : {SequenceBlockKind::kPreUp, SequenceBlockKind::kPostUp}) {
    for (const Index length : {1, 3}) {
      LayerInputs inputs;
      const SequenceBlock block = add_sequence_block(inputs.layout, "block", small_block(kind));
      inputs.values = random_values(inputs.layout, 0.2, random);
      inputs.matrices.push_back(random_matrix(2 * length, 4, random));
      EXPECT_TRUE(gradients_match(inputs, run_block(block, length), {.relative = 1e-5, .most_entries = 6}));
    }
  }
}

TEST(SequenceBlock, IsTheIdentityWithoutItsLastMap) {
  Random random(kSeed);
  for (const SequenceBlockKind kind : {SequenceBlockKind::kPreUp, SequenceBlockKind::kPostUp}) {
    LayerInputs inputs;
    SequenceBlockOptions options = small_block(kind);
    options.layer.passthrough = false;
    const SequenceBlock block = add_sequence_block(inputs.layout, "block", options);
    inputs.values = random_values(inputs.layout, 0.2, random);
    inputs.matrices.push_back(random_matrix(6, 4, random));
    EXPECT_NE(evaluate<double>(inputs, run_block(block, 3)), inputs.matrices[0]);
    const auto clear = [&](ParameterId id) {
      if (!id.valid()) return;
      const ParameterInfo& info = inputs.layout[id];
      std::fill_n(inputs.values.begin() + static_cast<std::ptrdiff_t>(info.offset), info.size, 0.0);
    };
    for (const ParameterId id : {block.down.weight, block.down.bias, block.layer.out.weight}) clear(id);
    EXPECT_EQ(evaluate<double>(inputs, run_block(block, 3)), inputs.matrices[0]);
  }
}

TEST(SequenceBlock, WidthsAndNamesFollowTheKind) {
  EXPECT_EQ(pre_up_width(16), 64);
  EXPECT_EQ(pre_up_width(32), 64);
  EXPECT_EQ(pre_up_width(33), 128);
  EXPECT_EQ(pre_up_width(96), 192);
  const auto names = [](SequenceBlockKind kind) {
    ParameterLayout layout;
    add_sequence_block(layout, "b", small_block(kind));
    std::vector<std::string> all;
    for (const ParameterInfo& info : layout.infos()) all.push_back(info.name);
    return all;
  };
  EXPECT_THAT(names(SequenceBlockKind::kPostUp), Contains("b.norm2.scale"));
  EXPECT_THAT(names(SequenceBlockKind::kPostUp), Contains("b.interaction_module.outprojection.weight"));
  EXPECT_THAT(names(SequenceBlockKind::kPreUp), Not(Contains("b.norm2.scale")));
  EXPECT_THAT(names(SequenceBlockKind::kPreUp), Not(Contains("b.interaction_module.outprojection.weight")));
}

TEST(SequenceBlock, RefusesALayerThatDoesNotFit) {
  ParameterLayout layout;
  SequenceBlockOptions options = small_block(SequenceBlockKind::kPreUp);
  options.layer.heads = 3;
  EXPECT_THAT([&] { add_sequence_block(layout, "b", options); },
              ThrowsMessage<ConfigError>("b.interaction_module: 3 heads do not divide the width 64"));
}

}  // namespace
}  // namespace plstm::test
