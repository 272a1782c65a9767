#include "plstm/learn/tuning/candidate.hpp"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/graphs/graph_body.hpp>

namespace plstm {
namespace {

using ::testing::Contains;
using ::testing::Pair;
using ::testing::SizeIs;

Settings recommended() {
  const Task task;
  return recommended_settings(Preset::kDefault, {.molecules = true, .samples = 1000}, {&task, 1});
}

TEST(Candidate, OfRecommendedSettingsChangesNothing) {
  Settings settings = recommended();
  const Candidate candidate = candidate_of(settings);
  EXPECT_EQ(candidate.learning_rate, settings.training.learning_rate);
  EXPECT_EQ(candidate.depth, 1) << "the recommended blocks for molecules are PD";
  apply(candidate, settings);
  EXPECT_EQ(candidate_of(settings), candidate);
  EXPECT_EQ(stm_body(settings.model).blocks, stm_body(recommended().model).blocks);
}

TEST(Candidate, EverySettingIsApplied) {
  const Candidate other{
      .learning_rate = 0.5, .weight_decay = 0.25, .dropout = 0.125, .batch_size = 7, .width = 24, .depth = 3};
  Settings settings = recommended();
  apply(other, settings);
  EXPECT_EQ(candidate_of(settings), other);
  EXPECT_EQ(stm_body(settings.model).blocks, pd_blocks(3));
  EXPECT_THAT(entries(other), Contains(Pair("learning_rate", "0.5")));
  EXPECT_THAT(entries(other), Contains(Pair("depth", "3")));
}

TEST(Candidate, OtherNetworksKeepTheirLayers) {
  Settings settings = recommended();
  settings.model.body = default_body(GraphBodyKind::kGin);
  const Candidate candidate = candidate_of(settings);
  EXPECT_EQ(candidate.depth, 0);
  for (const Candidate& each : draw_candidates(candidate, {}, 10, 1)) EXPECT_EQ(each.depth, 0);
  apply(candidate, settings);
  EXPECT_EQ(kind_of(settings.model.body), GraphBodyKind::kGin);
}

TEST(DrawCandidates, AreDifferentAndTheSameForASeed) {
  const Candidate first = candidate_of(recommended());
  const std::vector<Candidate> drawn = draw_candidates(first, {}, 40, 7);
  ASSERT_THAT(drawn, SizeIs(40));
  EXPECT_EQ(drawn.front(), first);
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    EXPECT_EQ(std::ranges::count(drawn, drawn[i]), 1);
    EXPECT_GT(drawn[i].learning_rate, first.learning_rate / 5);
    EXPECT_LT(drawn[i].learning_rate, first.learning_rate * 5);
    Settings settings = recommended();
    apply(drawn[i], settings);
    EXPECT_EQ(settings.model.width % stm_body(settings.model).heads, 0) << "heads share the width";
  }
  EXPECT_EQ(draw_candidates(first, {}, 40, 7), drawn);
  const std::vector<Candidate> fewer = draw_candidates(first, {}, 10, 7);
  EXPECT_TRUE(std::ranges::equal(fewer, std::span(drawn).first(10)));
  EXPECT_NE(draw_candidates(first, {}, 40, 8), drawn);
}

TEST(DrawCandidates, WhatIsFixedStays) {
  const Candidate first = candidate_of(recommended());
  SearchSpace space;
  space.learning_rate = space.width = space.depth = space.batch_size = space.weight_decay = false;
  const std::vector<Candidate> drawn = draw_candidates(first, space, 40, 7);
  EXPECT_LE(drawn.size(), 5u) << "there are no more rates of dropout";
  EXPECT_GE(drawn.size(), 4u);
  std::set<double> dropouts;
  for (const Candidate& each : drawn) {
    EXPECT_EQ(each.learning_rate, first.learning_rate);
    EXPECT_EQ(each.width, first.width);
    dropouts.insert(each.dropout);
  }
  EXPECT_EQ(dropouts.size(), drawn.size());
  EXPECT_THROW(draw_candidates(first, {}, 0, 7), ConfigError);
}

}  // namespace
}  // namespace plstm
