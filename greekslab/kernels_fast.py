"""Block kernels of the declared models for numba. Printed by `python -m greekslab.codegen_fast`.

`want` has the bits of `kernels`; `out` has a row for each wanted Greek; `special` is set where an element
is outside the domain, degenerate, or in a tail that needs the longer forms of `kernels`. Elements from
span[0] to span[1] are done: threads share the arrays, so that there is one compiled version of each kernel.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from greekslab.simd import OPTIONS, exp, log_ratio, mills, phi, sqrt

__all__ = ["KERNELS", "LEFT_OUT"]


@njit(**OPTIONS)
def _bsm(want: int, in_S: Any, in_K: Any, in_T: Any, in_sigma: Any, in_r: Any, in_q: Any, in_eta: Any, out: Any, special: Any, span: Any) -> int:
    rows = np.empty(22 * 256)
    found = 0
    for start in range(span[0], span[1], 256):
        m = min(256, span[1] - start)
        if in_S.size == 1:
            for i in range(m):
                rows[0 + i] = in_S[0]
        else:
            for i in range(m):
                rows[0 + i] = in_S[start + i]
        if in_K.size == 1:
            for i in range(m):
                rows[256 + i] = in_K[0]
        else:
            for i in range(m):
                rows[256 + i] = in_K[start + i]
        if in_T.size == 1:
            for i in range(m):
                rows[512 + i] = in_T[0]
        else:
            for i in range(m):
                rows[512 + i] = in_T[start + i]
        if in_sigma.size == 1:
            for i in range(m):
                rows[768 + i] = in_sigma[0]
        else:
            for i in range(m):
                rows[768 + i] = in_sigma[start + i]
        if in_r.size == 1:
            for i in range(m):
                rows[1024 + i] = in_r[0]
        else:
            for i in range(m):
                rows[1024 + i] = in_r[start + i]
        if in_q.size == 1:
            for i in range(m):
                rows[1280 + i] = in_q[0]
        else:
            for i in range(m):
                rows[1280 + i] = in_q[start + i]
        if in_eta.size == 1:
            for i in range(m):
                rows[1536 + i] = in_eta[0]
        else:
            for i in range(m):
                rows[1536 + i] = in_eta[start + i]
        for i in range(m):
            S = rows[0 + i]
            K = rows[256 + i]
            T = rows[512 + i]
            sigma = rows[768 + i]
            r = rows[1024 + i]
            q = rows[1280 + i]
            eta = rows[1536 + i]
            Dq = exp(-T*q)
            Dr = exp(-T*r)
            w = sqrt(T)
            s = sigma*w
            x = T*(-q + r) + log_ratio(S, K)
            d1 = 0.5*s + x/s
            d2 = -0.5*s + x/s
            n1 = phi(d1)
            n2 = phi(d2)
            u1 = mills(abs(d1))
            h1 = 1.0 if eta*d1 > 0.0 else 0.0
            g1 = 1.0 - 2.0*h1
            rows[1792 + i] = h1 + g1*n1*u1
            u2 = mills(abs(d2))
            h2 = 1.0 if eta*d2 > 0.0 else 0.0
            g2 = 1.0 - 2.0*h2
            rows[2048 + i] = h2 + g2*n2*u2
            rows[2304 + i] = w
            rows[2560 + i] = s
            rows[2816 + i] = d1
            rows[3072 + i] = d2
            rows[3328 + i] = n1
            rows[3584 + i] = Dq
            rows[3840 + i] = Dr
            rows[4096 + i] = eta*((Dq*S)*h1 - (Dr*K)*h2 + (Dq*S)*n1*(g1*u1 - g2*u2))
            rows[4352 + i] = 1.0 if (S > 1e-100) & (K > 1e-100) & (T > 1e-12) & (sigma > 1e-12) & (abs(q*T) < 50.0) & (abs(r*T) < 50.0) & (abs(d1) < 33.0) & (abs(d2) < 33.0) & (s > 4e-4*(1.0 + abs(d1))) else 0.0
        for i in range(m):
            special[start + i] = rows[4352 + i] == 0.0
            found += special[start + i]
        if want & ~1:
            for i in range(m):
                rows[4608 + i] = 1.0/rows[2304 + i]
                rows[5376 + i] = 1.0/rows[768 + i]
                rows[4864 + i] = 1.0/rows[0 + i]
                rows[5120 + i] = 1.0/rows[256 + i]
        k = 0
        if want & 0x1:
            for i in range(m):
                value = rows[4096 + i]
                out[k, start + i] = value
            k += 1
        if want & 0x2:
            for i in range(m):
                Dq = rows[3584 + i]
                P1 = rows[1792 + i]
                eta = rows[1536 + i]
                value = Dq*P1*eta
                out[k, start + i] = value
            k += 1
        if want & 0x4:
            for i in range(m):
                Dr = rows[3840 + i]
                P2 = rows[2048 + i]
                eta = rows[1536 + i]
                value = -Dr*P2*eta
                out[k, start + i] = value
            k += 1
        if want & 0x8:
            for i in range(m):
                Dq = rows[3584 + i]
                S = rows[0 + i]
                n1 = rows[3328 + i]
                w = rows[2304 + i]
                value = Dq*S*n1*w
                out[k, start + i] = value
            k += 1
        if want & 0x10:
            for i in range(m):
                Dq = rows[3584 + i]
                Dr = rows[3840 + i]
                K = rows[256 + i]
                P1 = rows[1792 + i]
                P2 = rows[2048 + i]
                S = rows[0 + i]
                eta = rows[1536 + i]
                iw = rows[4608 + i]
                n1 = rows[3328 + i]
                q = rows[1280 + i]
                r = rows[1024 + i]
                sigma = rows[768 + i]
                value = Dq*P1*S*eta*q - 0.5*Dq*S*iw*n1*sigma - Dr*K*P2*eta*r
                out[k, start + i] = value
            k += 1
        if want & 0x20:
            for i in range(m):
                Dr = rows[3840 + i]
                K = rows[256 + i]
                P2 = rows[2048 + i]
                T = rows[512 + i]
                eta = rows[1536 + i]
                value = Dr*K*P2*T*eta
                out[k, start + i] = value
            k += 1
        if want & 0x40:
            for i in range(m):
                Dq = rows[3584 + i]
                P1 = rows[1792 + i]
                S = rows[0 + i]
                T = rows[512 + i]
                eta = rows[1536 + i]
                value = -Dq*P1*S*T*eta
                out[k, start + i] = value
            k += 1
        if want & 0x80:
            for i in range(m):
                Dq = rows[3584 + i]
                iS = rows[4864 + i]
                n1 = rows[3328 + i]
                s = rows[2560 + i]
                value = Dq*iS*n1/s
                out[k, start + i] = value
            k += 1
        if want & 0x100:
            for i in range(m):
                Dq = rows[3584 + i]
                S = rows[0 + i]
                iK = rows[5120 + i]
                n1 = rows[3328 + i]
                s = rows[2560 + i]
                value = Dq*S*(iK*iK)*n1/s
                out[k, start + i] = value
            k += 1
        if want & 0x200:
            for i in range(m):
                Dq = rows[3584 + i]
                d2 = rows[3072 + i]
                isigma = rows[5376 + i]
                n1 = rows[3328 + i]
                value = -Dq*d2*isigma*n1
                out[k, start + i] = value
            k += 1
        if want & 0x400:
            for i in range(m):
                Dq = rows[3584 + i]
                P1 = rows[1792 + i]
                d2 = rows[3072 + i]
                eta = rows[1536 + i]
                isigma = rows[5376 + i]
                iw = rows[4608 + i]
                n1 = rows[3328 + i]
                q = rows[1280 + i]
                r = rows[1024 + i]
                sigma = rows[768 + i]
                w = rows[2304 + i]
                value = Dq*P1*eta*q - 0.5*Dq*isigma*(iw*iw)*n1*(-d2*sigma + 2.0*w*(-q + r))
                out[k, start + i] = value
            k += 1
        if want & 0x800:
            for i in range(m):
                Dq = rows[3584 + i]
                S = rows[0 + i]
                d1 = rows[2816 + i]
                d2 = rows[3072 + i]
                isigma = rows[5376 + i]
                n1 = rows[3328 + i]
                w = rows[2304 + i]
                value = Dq*S*d1*d2*isigma*n1*w
                out[k, start + i] = value
            k += 1
        if want & 0x1000:
            for i in range(m):
                Dq = rows[3584 + i]
                S = rows[0 + i]
                T = rows[512 + i]
                d1 = rows[2816 + i]
                d2 = rows[3072 + i]
                n1 = rows[3328 + i]
                q = rows[1280 + i]
                r = rows[1024 + i]
                s = rows[2560 + i]
                sigma = rows[768 + i]
                w = rows[2304 + i]
                value = 0.5*Dq*S*n1*(2.0*T*q*sigma - d1*d2*sigma + 2.0*d1*w*(-q + r) - sigma)/s
                out[k, start + i] = value
            k += 1
        if want & 0x2000:
            for i in range(m):
                Dq = rows[3584 + i]
                S = rows[0 + i]
                T = rows[512 + i]
                d1 = rows[2816 + i]
                isigma = rows[5376 + i]
                n1 = rows[3328 + i]
                value = -Dq*S*T*d1*isigma*n1
                out[k, start + i] = value
            k += 1
        if want & 0x4000:
            for i in range(m):
                Dq = rows[3584 + i]
                d1 = rows[2816 + i]
                iS = rows[4864 + i]
                isigma = rows[5376 + i]
                iw = rows[4608 + i]
                n1 = rows[3328 + i]
                s = rows[2560 + i]
                value = -Dq*(iS*iS)*(isigma*isigma)*(iw*iw)*n1*(d1 + s)
                out[k, start + i] = value
            k += 1
        if want & 0x8000:
            for i in range(m):
                Dq = rows[3584 + i]
                d1 = rows[2816 + i]
                d2 = rows[3072 + i]
                iS = rows[4864 + i]
                isigma = rows[5376 + i]
                n1 = rows[3328 + i]
                s = rows[2560 + i]
                value = Dq*iS*isigma*n1*(d1*d2 - 1.0)/s
                out[k, start + i] = value
            k += 1
        if want & 0x10000:
            for i in range(m):
                Dq = rows[3584 + i]
                T = rows[512 + i]
                d1 = rows[2816 + i]
                d2 = rows[3072 + i]
                iS = rows[4864 + i]
                iw = rows[4608 + i]
                n1 = rows[3328 + i]
                q = rows[1280 + i]
                r = rows[1024 + i]
                s = rows[2560 + i]
                sigma = rows[768 + i]
                w = rows[2304 + i]
                value = 0.5*Dq*iS*iw*n1*(2.0*T*q*sigma - d1*d2*sigma + 2.0*d1*w*(-q + r) + sigma)/(s*s)
                out[k, start + i] = value
            k += 1
        if want & 0x20000:
            for i in range(m):
                Dq = rows[3584 + i]
                d1 = rows[2816 + i]
                d2 = rows[3072 + i]
                isigma = rows[5376 + i]
                n1 = rows[3328 + i]
                value = -Dq*(isigma*isigma)*n1*(d1*(d2*d2) - d1 - d2)
                out[k, start + i] = value
            k += 1
        if want & 0x40000:
            for i in range(m):
                Dq = rows[3584 + i]
                P1 = rows[1792 + i]
                T = rows[512 + i]
                d1 = rows[2816 + i]
                d2 = rows[3072 + i]
                eta = rows[1536 + i]
                isigma = rows[5376 + i]
                iw = rows[4608 + i]
                n1 = rows[3328 + i]
                q = rows[1280 + i]
                r = rows[1024 + i]
                s = rows[2560 + i]
                sigma = rows[768 + i]
                t0 = (sigma*sigma)
                t1 = d1*t0
                t2 = d2*t0
                t3 = -q + r
                t4 = s*t3
                t5 = 4.0*t4
                t6 = 4.0*T
                value = Dq*P1*eta*(q*q) - 0.25*Dq*(isigma*isigma)*(iw*iw*iw*iw)*n1*(8.0*T*q*t4 - d1*d2*t5 + d1*(t3*t3)*t6 + (d2*d2)*t1 - q*t2*t6 - t1 - 2.0*t2 + t5)
                out[k, start + i] = value
            k += 1
        if want & 0x80000:
            for i in range(m):
                Dq = rows[3584 + i]
                S = rows[0 + i]
                d1 = rows[2816 + i]
                d2 = rows[3072 + i]
                isigma = rows[5376 + i]
                n1 = rows[3328 + i]
                w = rows[2304 + i]
                t0 = (d1*d1)
                t1 = (d2*d2)
                value = Dq*S*(isigma*isigma)*n1*w*(-d1*d2 + t0*t1 - t0 - t1)
                out[k, start + i] = value
            k += 1
        if want & 0x100000:
            for i in range(m):
                Dq = rows[3584 + i]
                S = rows[0 + i]
                T = rows[512 + i]
                d1 = rows[2816 + i]
                d2 = rows[3072 + i]
                isigma = rows[5376 + i]
                n1 = rows[3328 + i]
                q = rows[1280 + i]
                r = rows[1024 + i]
                s = rows[2560 + i]
                sigma = rows[768 + i]
                w = rows[2304 + i]
                t0 = (d1*d1)
                t1 = sigma*t0
                t2 = (d2*d2)
                t3 = d1*d2*sigma
                t4 = 2.0*w*(-q + r)
                t5 = d2*t4
                value = 0.5*Dq*S*isigma*n1*(2.0*T*q*t3 - d1*t4 + sigma*t2 + t0*t5 - t1*t2 + t1 - t3 - t5)/s
                out[k, start + i] = value
            k += 1
        if want & 0x400000:
            for i in range(m):
                Dr = rows[3840 + i]
                P1 = rows[1792 + i]
                eta = rows[1536 + i]
                value = Dr*P1*eta
                out[k, start + i] = value
            k += 1
        if want & 0x800000:
            for i in range(m):
                Dr = rows[3840 + i]
                K = rows[256 + i]
                P2 = rows[2048 + i]
                eta = rows[1536 + i]
                iS = rows[4864 + i]
                value = Dr*K*P2*eta*iS
                out[k, start + i] = value
            k += 1
        if want & 0x1000000:
            for i in range(m):
                Dr = rows[3840 + i]
                K = rows[256 + i]
                P2 = rows[2048 + i]
                eta = rows[1536 + i]
                iS = rows[4864 + i]
                value = Dr*K*P2*eta*(iS*iS)
                out[k, start + i] = value
            k += 1
    return found


@njit(**OPTIONS)
def _black76(want: int, in_F: Any, in_K: Any, in_T: Any, in_sigma: Any, in_r: Any, in_eta: Any, out: Any, special: Any, span: Any) -> int:
    rows = np.empty(20 * 256)
    found = 0
    for start in range(span[0], span[1], 256):
        m = min(256, span[1] - start)
        if in_F.size == 1:
            for i in range(m):
                rows[0 + i] = in_F[0]
        else:
            for i in range(m):
                rows[0 + i] = in_F[start + i]
        if in_K.size == 1:
            for i in range(m):
                rows[256 + i] = in_K[0]
        else:
            for i in range(m):
                rows[256 + i] = in_K[start + i]
        if in_T.size == 1:
            for i in range(m):
                rows[512 + i] = in_T[0]
        else:
            for i in range(m):
                rows[512 + i] = in_T[start + i]
        if in_sigma.size == 1:
            for i in range(m):
                rows[768 + i] = in_sigma[0]
        else:
            for i in range(m):
                rows[768 + i] = in_sigma[start + i]
        if in_r.size == 1:
            for i in range(m):
                rows[1024 + i] = in_r[0]
        else:
            for i in range(m):
                rows[1024 + i] = in_r[start + i]
        if in_eta.size == 1:
            for i in range(m):
                rows[1280 + i] = in_eta[0]
        else:
            for i in range(m):
                rows[1280 + i] = in_eta[start + i]
        for i in range(m):
            F = rows[0 + i]
            K = rows[256 + i]
            T = rows[512 + i]
            sigma = rows[768 + i]
            r = rows[1024 + i]
            eta = rows[1280 + i]
            Dr = exp(-T*r)
            w = sqrt(T)
            s = sigma*w
            x = log_ratio(F, K)
            d1 = 0.5*s + x/s
            d2 = -0.5*s + x/s
            n1 = phi(d1)
            n2 = phi(d2)
            u1 = mills(abs(d1))
            h1 = 1.0 if eta*d1 > 0.0 else 0.0
            g1 = 1.0 - 2.0*h1
            rows[1536 + i] = h1 + g1*n1*u1
            u2 = mills(abs(d2))
            h2 = 1.0 if eta*d2 > 0.0 else 0.0
            g2 = 1.0 - 2.0*h2
            rows[1792 + i] = h2 + g2*n2*u2
            rows[2048 + i] = w
            rows[2304 + i] = s
            rows[2560 + i] = d1
            rows[2816 + i] = d2
            rows[3072 + i] = n1
            rows[3328 + i] = Dr
            rows[3584 + i] = eta*((Dr*F)*h1 - (Dr*K)*h2 + (Dr*F)*n1*(g1*u1 - g2*u2))
            rows[3840 + i] = 1.0 if (F > 1e-100) & (K > 1e-100) & (T > 1e-12) & (sigma > 1e-12) & (abs(r*T) < 50.0) & (abs(d1) < 33.0) & (abs(d2) < 33.0) & (s > 4e-4*(1.0 + abs(d1))) else 0.0
        for i in range(m):
            special[start + i] = rows[3840 + i] == 0.0
            found += special[start + i]
        if want & ~1:
            for i in range(m):
                rows[4096 + i] = 1.0/rows[2048 + i]
                rows[4864 + i] = 1.0/rows[768 + i]
                rows[4352 + i] = 1.0/rows[0 + i]
                rows[4608 + i] = 1.0/rows[256 + i]
        k = 0
        if want & 0x1:
            for i in range(m):
                value = rows[3584 + i]
                out[k, start + i] = value
            k += 1
        if want & 0x2:
            for i in range(m):
                Dr = rows[3328 + i]
                P1 = rows[1536 + i]
                eta = rows[1280 + i]
                value = Dr*P1*eta
                out[k, start + i] = value
            k += 1
        if want & 0x4:
            for i in range(m):
                Dr = rows[3328 + i]
                P2 = rows[1792 + i]
                eta = rows[1280 + i]
                value = -Dr*P2*eta
                out[k, start + i] = value
            k += 1
        if want & 0x8:
            for i in range(m):
                Dr = rows[3328 + i]
                F = rows[0 + i]
                n1 = rows[3072 + i]
                w = rows[2048 + i]
                value = Dr*F*n1*w
                out[k, start + i] = value
            k += 1
        if want & 0x10:
            for i in range(m):
                Dr = rows[3328 + i]
                F = rows[0 + i]
                iw = rows[4096 + i]
                n1 = rows[3072 + i]
                price = rows[3584 + i]
                r = rows[1024 + i]
                sigma = rows[768 + i]
                value = -0.5*Dr*F*iw*n1*sigma + price*r
                out[k, start + i] = value
            k += 1
        if want & 0x20:
            for i in range(m):
                T = rows[512 + i]
                price = rows[3584 + i]
                value = -T*price
                out[k, start + i] = value
            k += 1
        if want & 0x40:
            for i in range(m):
                Dr = rows[3328 + i]
                iF = rows[4352 + i]
                n1 = rows[3072 + i]
                s = rows[2304 + i]
                value = Dr*iF*n1/s
                out[k, start + i] = value
            k += 1
        if want & 0x80:
            for i in range(m):
                Dr = rows[3328 + i]
                F = rows[0 + i]
                iK = rows[4608 + i]
                n1 = rows[3072 + i]
                s = rows[2304 + i]
                value = Dr*F*(iK*iK)*n1/s
                out[k, start + i] = value
            k += 1
        if want & 0x100:
            for i in range(m):
                Dr = rows[3328 + i]
                d2 = rows[2816 + i]
                isigma = rows[4864 + i]
                n1 = rows[3072 + i]
                value = -Dr*d2*isigma*n1
                out[k, start + i] = value
            k += 1
        if want & 0x200:
            for i in range(m):
                Dr = rows[3328 + i]
                P1 = rows[1536 + i]
                d2 = rows[2816 + i]
                eta = rows[1280 + i]
                iw = rows[4096 + i]
                n1 = rows[3072 + i]
                r = rows[1024 + i]
                value = Dr*P1*eta*r + 0.5*Dr*d2*(iw*iw)*n1
                out[k, start + i] = value
            k += 1
        if want & 0x400:
            for i in range(m):
                Dr = rows[3328 + i]
                F = rows[0 + i]
                d1 = rows[2560 + i]
                d2 = rows[2816 + i]
                isigma = rows[4864 + i]
                n1 = rows[3072 + i]
                w = rows[2048 + i]
                value = Dr*F*d1*d2*isigma*n1*w
                out[k, start + i] = value
            k += 1
        if want & 0x800:
            for i in range(m):
                Dr = rows[3328 + i]
                F = rows[0 + i]
                T = rows[512 + i]
                d1 = rows[2560 + i]
                d2 = rows[2816 + i]
                iw = rows[4096 + i]
                n1 = rows[3072 + i]
                r = rows[1024 + i]
                value = 0.5*Dr*F*iw*n1*(2.0*T*r - d1*d2 - 1.0)
                out[k, start + i] = value
            k += 1
        if want & 0x1000:
            for i in range(m):
                Dr = rows[3328 + i]
                F = rows[0 + i]
                n1 = rows[3072 + i]
                w = rows[2048 + i]
                value = -Dr*F*n1*(w*w*w)
                out[k, start + i] = value
            k += 1
        if want & 0x2000:
            for i in range(m):
                Dr = rows[3328 + i]
                d1 = rows[2560 + i]
                iF = rows[4352 + i]
                isigma = rows[4864 + i]
                iw = rows[4096 + i]
                n1 = rows[3072 + i]
                s = rows[2304 + i]
                value = -Dr*(iF*iF)*(isigma*isigma)*(iw*iw)*n1*(d1 + s)
                out[k, start + i] = value
            k += 1
        if want & 0x4000:
            for i in range(m):
                Dr = rows[3328 + i]
                d1 = rows[2560 + i]
                d2 = rows[2816 + i]
                iF = rows[4352 + i]
                isigma = rows[4864 + i]
                n1 = rows[3072 + i]
                s = rows[2304 + i]
                value = Dr*iF*isigma*n1*(d1*d2 - 1.0)/s
                out[k, start + i] = value
            k += 1
        if want & 0x8000:
            for i in range(m):
                Dr = rows[3328 + i]
                T = rows[512 + i]
                d1 = rows[2560 + i]
                d2 = rows[2816 + i]
                iF = rows[4352 + i]
                iw = rows[4096 + i]
                n1 = rows[3072 + i]
                r = rows[1024 + i]
                s = rows[2304 + i]
                value = 0.5*Dr*iF*(iw*iw)*n1*(2.0*T*r - d1*d2 + 1.0)/s
                out[k, start + i] = value
            k += 1
        if want & 0x10000:
            for i in range(m):
                Dr = rows[3328 + i]
                d1 = rows[2560 + i]
                d2 = rows[2816 + i]
                isigma = rows[4864 + i]
                n1 = rows[3072 + i]
                value = -Dr*(isigma*isigma)*n1*(d1*(d2*d2) - d1 - d2)
                out[k, start + i] = value
            k += 1
        if want & 0x20000:
            for i in range(m):
                Dr = rows[3328 + i]
                P1 = rows[1536 + i]
                T = rows[512 + i]
                d1 = rows[2560 + i]
                d2 = rows[2816 + i]
                eta = rows[1280 + i]
                iw = rows[4096 + i]
                n1 = rows[3072 + i]
                r = rows[1024 + i]
                value = Dr*P1*eta*(r*r) + 0.25*Dr*(iw*iw*iw*iw)*n1*(4.0*T*d2*r - d1*(d2*d2) + d1 + 2.0*d2)
                out[k, start + i] = value
            k += 1
        if want & 0x40000:
            for i in range(m):
                Dr = rows[3328 + i]
                F = rows[0 + i]
                d1 = rows[2560 + i]
                d2 = rows[2816 + i]
                isigma = rows[4864 + i]
                n1 = rows[3072 + i]
                w = rows[2048 + i]
                t0 = (d1*d1)
                t1 = (d2*d2)
                value = Dr*F*(isigma*isigma)*n1*w*(-d1*d2 + t0*t1 - t0 - t1)
                out[k, start + i] = value
            k += 1
        if want & 0x80000:
            for i in range(m):
                Dr = rows[3328 + i]
                F = rows[0 + i]
                T = rows[512 + i]
                d1 = rows[2560 + i]
                d2 = rows[2816 + i]
                n1 = rows[3072 + i]
                r = rows[1024 + i]
                s = rows[2304 + i]
                t0 = (d1*d1)
                t1 = (d2*d2)
                t2 = d1*d2
                value = 0.5*Dr*F*n1*(2.0*T*r*t2 - t0*t1 + t0 + t1 - t2)/s
                out[k, start + i] = value
            k += 1
        if want & 0x200000:
            for i in range(m):
                Dr = rows[3328 + i]
                P1 = rows[1536 + i]
                eta = rows[1280 + i]
                value = Dr*P1*eta
                out[k, start + i] = value
            k += 1
        if want & 0x400000:
            for i in range(m):
                Dr = rows[3328 + i]
                K = rows[256 + i]
                P2 = rows[1792 + i]
                eta = rows[1280 + i]
                iF = rows[4352 + i]
                value = Dr*K*P2*eta*iF
                out[k, start + i] = value
            k += 1
        if want & 0x800000:
            for i in range(m):
                Dr = rows[3328 + i]
                K = rows[256 + i]
                P2 = rows[1792 + i]
                eta = rows[1280 + i]
                iF = rows[4352 + i]
                value = Dr*K*P2*eta*(iF*iF)
                out[k, start + i] = value
            k += 1
    return found


@njit(**OPTIONS)
def _inverse(want: int, in_F: Any, in_K: Any, in_T: Any, in_sigma: Any, in_eta: Any, out: Any, special: Any, span: Any) -> int:
    rows = np.empty(18 * 256)
    found = 0
    for start in range(span[0], span[1], 256):
        m = min(256, span[1] - start)
        if in_F.size == 1:
            for i in range(m):
                rows[0 + i] = in_F[0]
        else:
            for i in range(m):
                rows[0 + i] = in_F[start + i]
        if in_K.size == 1:
            for i in range(m):
                rows[256 + i] = in_K[0]
        else:
            for i in range(m):
                rows[256 + i] = in_K[start + i]
        if in_T.size == 1:
            for i in range(m):
                rows[512 + i] = in_T[0]
        else:
            for i in range(m):
                rows[512 + i] = in_T[start + i]
        if in_sigma.size == 1:
            for i in range(m):
                rows[768 + i] = in_sigma[0]
        else:
            for i in range(m):
                rows[768 + i] = in_sigma[start + i]
        if in_eta.size == 1:
            for i in range(m):
                rows[1024 + i] = in_eta[0]
        else:
            for i in range(m):
                rows[1024 + i] = in_eta[start + i]
        for i in range(m):
            F = rows[0 + i]
            K = rows[256 + i]
            T = rows[512 + i]
            sigma = rows[768 + i]
            eta = rows[1024 + i]
            w = sqrt(T)
            s = sigma*w
            x = log_ratio(F, K)
            d1 = 0.5*s + x/s
            d2 = -0.5*s + x/s
            n1 = phi(d1)
            n2 = phi(d2)
            u1 = mills(abs(d1))
            h1 = 1.0 if eta*d1 > 0.0 else 0.0
            g1 = 1.0 - 2.0*h1
            rows[1280 + i] = h1 + g1*n1*u1
            u2 = mills(abs(d2))
            h2 = 1.0 if eta*d2 > 0.0 else 0.0
            g2 = 1.0 - 2.0*h2
            rows[1536 + i] = h2 + g2*n2*u2
            rows[1792 + i] = w
            rows[2048 + i] = s
            rows[2304 + i] = d1
            rows[2560 + i] = d2
            rows[2816 + i] = n1
            rows[3072 + i] = eta*((1.0)*h1 - (K/F)*h2 + (1.0)*n1*(g1*u1 - g2*u2))
            rows[3328 + i] = 1.0 if (F > 1e-100) & (K > 1e-100) & (T > 1e-12) & (sigma > 1e-12) & (abs(d1) < 33.0) & (abs(d2) < 33.0) & (s > 4e-4*(1.0 + abs(d1))) else 0.0
        for i in range(m):
            special[start + i] = rows[3328 + i] == 0.0
            found += special[start + i]
        if want & ~1:
            for i in range(m):
                rows[3840 + i] = 1.0/rows[1792 + i]
                rows[4352 + i] = 1.0/rows[768 + i]
                rows[3584 + i] = 1.0/rows[0 + i]
                rows[4096 + i] = 1.0/rows[256 + i]
        k = 0
        if want & 0x1:
            for i in range(m):
                value = rows[3072 + i]
                out[k, start + i] = value
            k += 1
        if want & 0x2:
            for i in range(m):
                K = rows[256 + i]
                P2 = rows[1536 + i]
                eta = rows[1024 + i]
                iF = rows[3584 + i]
                value = K*P2*eta*(iF*iF)
                out[k, start + i] = value
            k += 1
        if want & 0x4:
            for i in range(m):
                P2 = rows[1536 + i]
                eta = rows[1024 + i]
                iF = rows[3584 + i]
                value = -P2*eta*iF
                out[k, start + i] = value
            k += 1
        if want & 0x8:
            for i in range(m):
                n1 = rows[2816 + i]
                w = rows[1792 + i]
                value = n1*w
                out[k, start + i] = value
            k += 1
        if want & 0x10:
            for i in range(m):
                iw = rows[3840 + i]
                n1 = rows[2816 + i]
                sigma = rows[768 + i]
                value = -0.5*iw*n1*sigma
                out[k, start + i] = value
            k += 1
        if want & 0x20:
            for i in range(m):
                K = rows[256 + i]
                P2 = rows[1536 + i]
                eta = rows[1024 + i]
                iF = rows[3584 + i]
                n1 = rows[2816 + i]
                s = rows[2048 + i]
                value = -2.0*K*P2*eta*(iF*iF*iF) + (iF*iF)*n1/s
                out[k, start + i] = value
            k += 1
        if want & 0x40:
            for i in range(m):
                iK = rows[4096 + i]
                n1 = rows[2816 + i]
                s = rows[2048 + i]
                value = (iK*iK)*n1/s
                out[k, start + i] = value
            k += 1
        if want & 0x80:
            for i in range(m):
                d1 = rows[2304 + i]
                iF = rows[3584 + i]
                isigma = rows[4352 + i]
                n1 = rows[2816 + i]
                value = -d1*iF*isigma*n1
                out[k, start + i] = value
            k += 1
        if want & 0x100:
            for i in range(m):
                d1 = rows[2304 + i]
                iF = rows[3584 + i]
                iw = rows[3840 + i]
                n1 = rows[2816 + i]
                value = 0.5*d1*iF*(iw*iw)*n1
                out[k, start + i] = value
            k += 1
        if want & 0x200:
            for i in range(m):
                d1 = rows[2304 + i]
                d2 = rows[2560 + i]
                isigma = rows[4352 + i]
                n1 = rows[2816 + i]
                w = rows[1792 + i]
                value = d1*d2*isigma*n1*w
                out[k, start + i] = value
            k += 1
        if want & 0x400:
            for i in range(m):
                d1 = rows[2304 + i]
                d2 = rows[2560 + i]
                iw = rows[3840 + i]
                n1 = rows[2816 + i]
                value = -0.5*iw*n1*(d1*d2 + 1.0)
                out[k, start + i] = value
            k += 1
        if want & 0x800:
            for i in range(m):
                K = rows[256 + i]
                P2 = rows[1536 + i]
                d1 = rows[2304 + i]
                eta = rows[1024 + i]
                iF = rows[3584 + i]
                isigma = rows[4352 + i]
                iw = rows[3840 + i]
                n1 = rows[2816 + i]
                s = rows[2048 + i]
                value = 6.0*K*P2*eta*(iF*iF*iF*iF) - (iF*iF*iF)*(isigma*isigma)*(iw*iw)*n1*(d1 + 4.0*s)
                out[k, start + i] = value
            k += 1
        if want & 0x1000:
            for i in range(m):
                d1 = rows[2304 + i]
                d2 = rows[2560 + i]
                iF = rows[3584 + i]
                isigma = rows[4352 + i]
                n1 = rows[2816 + i]
                s = rows[2048 + i]
                value = (iF*iF)*isigma*n1*(d1*d2 + 2.0*d1*s - 1.0)/s
                out[k, start + i] = value
            k += 1
        if want & 0x2000:
            for i in range(m):
                d1 = rows[2304 + i]
                d2 = rows[2560 + i]
                iF = rows[3584 + i]
                iw = rows[3840 + i]
                n1 = rows[2816 + i]
                s = rows[2048 + i]
                value = -0.5*(iF*iF)*(iw*iw)*n1*(d1*d2 + 2.0*d1*s - 1.0)/s
                out[k, start + i] = value
            k += 1
        if want & 0x4000:
            for i in range(m):
                d1 = rows[2304 + i]
                d2 = rows[2560 + i]
                iF = rows[3584 + i]
                isigma = rows[4352 + i]
                n1 = rows[2816 + i]
                value = -iF*(isigma*isigma)*n1*((d1*d1)*d2 - d1 - d2)
                out[k, start + i] = value
            k += 1
        if want & 0x8000:
            for i in range(m):
                d1 = rows[2304 + i]
                d2 = rows[2560 + i]
                iF = rows[3584 + i]
                iw = rows[3840 + i]
                n1 = rows[2816 + i]
                value = -0.25*iF*(iw*iw*iw*iw)*n1*((d1*d1)*d2 - 2.0*d1 - d2)
                out[k, start + i] = value
            k += 1
        if want & 0x10000:
            for i in range(m):
                d1 = rows[2304 + i]
                d2 = rows[2560 + i]
                isigma = rows[4352 + i]
                n1 = rows[2816 + i]
                w = rows[1792 + i]
                t0 = (d1*d1)
                t1 = (d2*d2)
                value = (isigma*isigma)*n1*w*(-d1*d2 + t0*t1 - t0 - t1)
                out[k, start + i] = value
            k += 1
        if want & 0x20000:
            for i in range(m):
                d1 = rows[2304 + i]
                d2 = rows[2560 + i]
                n1 = rows[2816 + i]
                s = rows[2048 + i]
                t0 = (d1*d1)
                t1 = (d2*d2)
                value = -0.5*n1*(d1*d2 + t0*t1 - t0 - t1)/s
                out[k, start + i] = value
            k += 1
    return found


KERNELS = {"bsm": _bsm, "black76": _black76, "inverse": _inverse}
LEFT_OUT = ("elasticity",)
