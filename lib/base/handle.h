// C handles, owned on the line that makes them.
#pragma once

#include <memory>

namespace xenha {

template <auto ReleaseFn>
struct Release {
  template <class T>
  void operator()(T* handle) const noexcept {
    ReleaseFn(handle);
  }
};

template <class T, auto ReleaseFn>
using Handle = std::unique_ptr<T, Release<ReleaseFn>>;

}  // namespace xenha
