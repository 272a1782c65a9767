#pragma once
// Written with lib/graph/boost: see docs. Boost.Graph concepts for Dag and LineGraph, and make_dag(boost
// graph).
