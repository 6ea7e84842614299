#pragma once
#include "../../CTorch/include/CTorch.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The library's one symbol; `CTorch` finds it by the name in CTORCH_ENTRY.
const ctorch_runtime *run_exp_torch_runtime(void);

#ifdef __cplusplus
}
#endif
