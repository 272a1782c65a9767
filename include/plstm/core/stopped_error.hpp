#pragma once

#include <plstm/core/error.hpp>

namespace plstm {

/// The caller asked for a stop, and the work that was begun has no result.
class StoppedError : public Error {
 public:
  using Error::Error;
};

}  // namespace plstm
