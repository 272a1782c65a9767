#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <typeindex>
#include <vector>

namespace plstm {

/// Objects by their type: of each type one workspace, and a list of states that is gone through once in every
/// pass. Types need a default constructor. Objects are made at the first request and kept, so that later
/// passes of equal size allocate nothing. References stay valid as long as the Slots. Use from one thread.
class Slots {
 public:
  /// Starts the next pass: lists of states are gone through from their beginning.
  void start_pass() noexcept;

  /// The one W.
  template <class W>
  W& workspace() {
    return *static_cast<W*>(slot<W>().object.get());
  }

  /// The next S of this pass.
  template <class S>
  S& state() {
    Slot& list = slot<List<S>>();
    std::deque<S>& states = static_cast<List<S>*>(list.object.get())->states;
    if (list.used == states.size()) states.emplace_back();
    return states[list.used++];
  }

 private:
  template <class S>
  struct List {
    std::deque<S> states;  // a deque, as references to its elements stay valid
  };
  struct Slot {
    std::type_index type;
    std::unique_ptr<void, void (*)(void*)> object;
    std::size_t used = 0;  // states in this pass
  };

  Slot* find(std::type_index type) noexcept;

  template <class U>
  Slot& slot() {
    if (Slot* found = find(typeid(U))) return *found;
    slots_.push_back({typeid(U), {new U(), [](void* object) { delete static_cast<U*>(object); }}});
    return slots_.back();
  }

  std::vector<Slot> slots_;
};

}  // namespace plstm
