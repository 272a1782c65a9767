#include "plstm/data/dags/circuit.hpp"

#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/data/dags/formats/aiger.hpp>

#include "data/dags/test_records.hpp"

namespace plstm {
namespace {

using test::text;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

// i0 and i1; g: both; then the gate of g inverted and i0, and an output of each.
GraphRecord half_adder() {
  std::istringstream file("aag 4 2 0 2 2\n2\n4\n6\n9\n6 2 4\n8 7 2\n");
  return read_aiger(file, "half.aag");
}

TEST(Circuit, ProbabilitiesAreThoseOfTheTruthTable) {
  // Nodes: i0, i1, g3 = i0 i1, g4 = !g3 i0, o0 = g3, o1 = !g4.
  const std::vector<double> shares = signal_probabilities(half_adder(), 200'000, 1);
  ASSERT_EQ(shares.size(), 6u);
  EXPECT_THAT(shares, ElementsAre(DoubleNear(0.5, 0.01), DoubleNear(0.5, 0.01), DoubleNear(0.25, 0.01),
                                  DoubleNear(0.25, 0.01), shares[2], DoubleNear(1 - shares[3], 1e-12)));
}

TEST(Circuit, ASignalIsNeverItsOwnComplement) {
  std::istringstream file("aag 2 1 0 1 1\n2\n4\n4 2 3\n");
  EXPECT_EQ(signal_probabilities(read_aiger(file, "zero.aag"), 1000, 7).at(1), 0);
  std::istringstream constant("aag 1 1 0 2 0\n2\n0\n1\n");
  const GraphRecord outputs = read_aiger(constant, "constant.aag");
  const std::vector<double> shares = signal_probabilities(outputs, 100, 7);
  EXPECT_EQ(shares.at(shares.size() - 2), 0);
  EXPECT_EQ(shares.back(), 1);
}

TEST(Circuit, TheBitsFollowFromTheSeedAlone) {
  const std::vector<double> shares = signal_probabilities(half_adder(), 5000, 3);
  const ThreadLimit one(1);
  EXPECT_EQ(signal_probabilities(half_adder(), 5000, 3), shares);
  EXPECT_NE(signal_probabilities(half_adder(), 5000, 4), shares);
}

TEST(Circuit, WhatIsNoCircuitIsNamed) {
  EXPECT_THAT([] { signal_probabilities(half_adder(), 0, 1); },
              ThrowsMessage<ConfigError>(HasSubstr("0 patterns")));
  GraphRecord record = half_adder();
  record.node_attributes[0].values[2] = text("or");
  EXPECT_THAT([&] { signal_probabilities(record, 1, 1); },
              ThrowsMessage<FileError>(HasSubstr("is of kind 'or', expected")));
  record = half_adder();
  record.edge_attributes[0].values[0] = 2.0;
  EXPECT_THAT([&] { signal_probabilities(record, 1, 1); },
              ThrowsMessage<FileError>(HasSubstr("expected 0 or 1")));
  record = half_adder();
  record.edge_attributes.clear();
  EXPECT_THAT([&] { signal_probabilities(record, 1, 1); },
              ThrowsMessage<FileError>(HasSubstr("'inverted' is missing")));
  record = half_adder();
  record.node_attributes[0].values[2] = text("input");
  EXPECT_THAT([&] { signal_probabilities(record, 1, 1); },
              ThrowsMessage<FileError>(HasSubstr("must have no edges")));
}

TEST(Circuit, APartReadsItsSurroundingsAsInputs) {
  const GraphRecord whole = half_adder();
  const GraphRecord both = sub_circuit(whole, {3}, 10);
  EXPECT_EQ(both.num_nodes, 5);  // i0, i1, two gates, one output
  EXPECT_THAT(signal_probabilities(both, 200'000, 1).at(3), DoubleNear(0.25, 0.01));
  const GraphRecord alone = sub_circuit(whole, {3}, 1);
  EXPECT_EQ(alone.num_nodes, 4);  // the gate that it reads has become an input
  EXPECT_THAT(alone.node_attributes[0].values,
              ElementsAre(text("input"), text("input"), text("and"), text("output")));
  EXPECT_THAT(alone.edge_attributes[0].values,
              ElementsAre(AttributeValue(1.0), AttributeValue(0.0), AttributeValue(0.0)));
}

TEST(Circuit, APartNeedsGatesForRoots) {
  EXPECT_THAT([] { sub_circuit(half_adder(), {}, 5); }, ThrowsMessage<ConfigError>(HasSubstr("no root")));
  EXPECT_THAT([] { sub_circuit(half_adder(), {0}, 5); },
              ThrowsMessage<ConfigError>(HasSubstr("node 0 is no gate")));
  EXPECT_THAT([] { sub_circuit(half_adder(), {99}, 5); },
              ThrowsMessage<ConfigError>(HasSubstr("node 99 is no gate")));
}

}  // namespace
}  // namespace plstm
