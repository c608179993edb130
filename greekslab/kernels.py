"""Kernels of the declared models. Printed by `python -m greekslab.codegen` from `formulas`.

`want` holds one bit for each Greek, in the order of the kernel's units; a line runs only if a wanted Greek
needs it. `x` is log(F/K), the sum of what the moneyness function returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from numpy import exp, inf, sqrt

from greekslab.primitives import Phi, clip_d, log_ratio, normal_spread, option_spread, phi
from greekslab.quantities import Input, Kernel, Unit

__all__ = ["KERNELS", "GreekName", "ModelName"]


def _bsm_moneyness(S: Any, K: Any, T: Any, sigma: Any, r: Any, q: Any) -> tuple[Any, ...]:
    return (T*(-q + r), log_ratio(S, K))


def _bsm(want: int, S: Any, K: Any, T: Any, sigma: Any, r: Any, q: Any, eta: Any, x: Any) -> dict[str, Any]:
    got: dict[str, Any] = {}
    w = sqrt(T)
    s = sigma*w
    if want & 0x7fffdb:
        d1 = clip_d(0.5*s + x/s)
    if want & 0x1bf9e35:
        d2 = clip_d(-0.5*s + x/s)
    if want & 0x3fff99:
        n1 = phi(d1)
    if want & 0x640453:
        P1 = Phi(eta*d1)
    if want & 0x1a00035:
        P2 = Phi(eta*d2)
    if want & 0x3fffdb:
        t0 = T*q
        t1 = exp(-t0)
    if want & 0x383959:
        t2 = S*t1
    if want & 0x1e00035:
        t3 = exp(-T*r)
    if want & 0x1a00031:
        t4 = K*t3
    if want & 0x383919:
        t5 = n1*t2
    if want & 0x200001:
        t6 = option_spread(eta, t2, t4, t5, x, s, P1, P2)
    if want & 0x640442:
        t7 = P1*eta
    if want & 0x40402:
        t8 = t1*t7
    if want & 0x1800034:
        t9 = P2*eta
    if want & 0x80808:
        t10 = t5*w
    if want & 0x1800030:
        t11 = t4*t9
    if want & 0x10010:
        t12 = 0.5/w
    if want & 0x200040:
        t13 = t2*t7
    if want & 0x109180:
        t14 = 1.0/s
    if want & 0x818080:
        t15 = 1.0/S
    if want & 0x7c680:
        t16 = n1*t1
    if want & 0x18080:
        t17 = t15*t16
    if want & 0x8080:
        t18 = t14*t17
    if want & 0x101100:
        t19 = t14*t5
    if want & 0x10ae00:
        t20 = 1.0/sigma
    if want & 0x600:
        t21 = t16*t20
    if want & 0x4400:
        t22 = 1.0/T
    if want & 0x111400:
        t23 = d2*sigma
    if want & 0x151400:
        t24 = -q + r
    if want & 0xc8800:
        t25 = d1*d2
    if want & 0x111000:
        t26 = d1*t23
        t27 = -t26
        t28 = 2.0*t24*w
        t29 = d1*t28
        t30 = 2.0*t0
    if want & 0x11000:
        t31 = sigma*t30 + t27 + t29
    if want & 0x101000:
        t32 = 0.5*t19
    if want & 0x42000:
        t33 = T*d1
    if want & 0x1004000:
        t34 = 1.0/(S*S)
    if want & 0xe4000:
        t35 = (sigma*sigma)
        t36 = 1.0/t35
    if want & 0x64000:
        t37 = t16*t36
    if want & 0x1e0000:
        t38 = (d2*d2)
    if want & 0x40000:
        t39 = d2*t35
        t40 = s*t24
        t41 = 4.0*t40
    if want & 0x180000:
        t42 = (d1*d1)
    if want & 0x100000:
        t43 = d2*t28
    if want & 0x1:
        got["price"] = t6
    if want & 0x2:
        got["delta"] = t8
    if want & 0x4:
        got["dual_delta"] = -t3*t9
    if want & 0x8:
        got["vega"] = t10
    if want & 0x10:
        got["theta"] = P1*S*eta*q*t1 - r*t11 - sigma*t12*t5
    if want & 0x20:
        got["rho"] = T*t11
    if want & 0x40:
        got["epsilon"] = -T*t13
    if want & 0x80:
        got["gamma"] = t18
    if want & 0x100:
        got["dual_gamma"] = t19/(K*K)
    if want & 0x200:
        got["vanna"] = -d2*t21
    if want & 0x400:
        got["charm"] = q*t8 - 0.5*t21*t22*(-t23 + 2.0*t24*w)
    if want & 0x800:
        got["volga"] = t10*t20*t25
    if want & 0x1000:
        got["veta"] = t32*(-sigma + t31)
    if want & 0x2000:
        got["vera"] = -t20*t33*t5
    if want & 0x4000:
        got["speed"] = -t22*t34*t37*(d1 + s)
    if want & 0x8000:
        got["zomma"] = t18*t20*(t25 - 1.0)
    if want & 0x10000:
        got["color"] = t12*t17*(sigma + t31)/(s*s)
    if want & 0x20000:
        got["dvannadvol"] = -t37*(d1*t38 - d1 - d2)
    if want & 0x40000:
        got["parmicharma"] = (q*q)*t8 - 0.25*t37*(d1*t35*t38 - d1*t35 - 4.0*t0*t39 + 8.0*t0*t40 + 4.0*(t24*t24)*t33 - t25*t41 - 2.0*t39 + t41)/(T*T)
    if want & 0x80000:
        got["ultima"] = t10*t36*(-t25 + t38*t42 - t38 - t42)
    if want & 0x100000:
        got["totto"] = t20*t32*(-sigma*t38*t42 + sigma*t38 + sigma*t42 + t26*t30 + t27 - t29 + t42*t43 - t43)
    if want & 0x200000:
        got["elasticity"] = t13/t6
    if want & 0x400000:
        got["delta_forward"] = t3*t7
    if want & 0x800000:
        got["delta_premium_adjusted"] = t11*t15
    if want & 0x1000000:
        got["delta_coin"] = t11*t34
    return got


def _black76_moneyness(F: Any, K: Any, T: Any, sigma: Any, r: Any) -> tuple[Any, ...]:
    return (log_ratio(F, K),)


def _black76(want: int, F: Any, K: Any, T: Any, sigma: Any, r: Any, eta: Any, x: Any) -> dict[str, Any]:
    got: dict[str, Any] = {}
    w = sqrt(T)
    s = sigma*w
    if want & 0x3ffffb:
        d1 = clip_d(0.5*s + x/s)
    if want & 0xdfcf35:
        d2 = clip_d(-0.5*s + x/s)
    if want & 0x1ffff9:
        n1 = phi(d1)
    if want & 0x320233:
        P1 = Phi(eta*d1)
    if want & 0xd00035:
        P2 = Phi(eta*d2)
    t0 = T*r
    t1 = exp(-t0)
    if want & 0x1c1cb9:
        t2 = F*t1
    if want & 0xd00031:
        t3 = K*t1
    if want & 0x1c1cb9:
        t4 = n1*t2
    if want & 0x100031:
        t5 = option_spread(eta, t2, t3, t4, x, s, P1, P2)
    if want & 0x220206:
        t6 = eta*t1
    if want & 0x220202:
        t7 = P1*t6
    if want & 0x40408:
        t8 = t4*w
    if want & 0x810:
        t9 = 0.5*t4/w
    if want & 0x8c0c0:
        t10 = 1.0/s
    if want & 0x40c040:
        t11 = 1.0/F
    if want & 0x3e340:
        t12 = n1*t1
    if want & 0xc040:
        t13 = t10*t11*t12
    if want & 0x80080:
        t14 = t10*t4
    if want & 0x4500:
        t15 = 1.0/sigma
    if want & 0x300:
        t16 = d2*t12
    if want & 0xa200:
        t17 = 1.0/T
    if want & 0x8200:
        t18 = 0.5*t17
    if want & 0xccc00:
        t19 = d1*d2
    if want & 0x802000:
        t20 = 1.0/(F*F)
    if want & 0x52000:
        t21 = 1.0/(sigma*sigma)
    if want & 0x12000:
        t22 = t12*t21
    if want & 0x88000:
        t23 = -t19
        t24 = 2.0*t0
    if want & 0xf0000:
        t25 = (d2*d2)
    if want & 0x30000:
        t26 = -d1*t25 + d1
    if want & 0xc0000:
        t27 = (d1*d1)
        t28 = -t25*t27 + t25 + t27
    if want & 0xc00000:
        t29 = P2*eta*t3
    if want & 0x1:
        got["price"] = t5
    if want & 0x2:
        got["delta"] = t7
    if want & 0x4:
        got["dual_delta"] = -P2*t6
    if want & 0x8:
        got["vega"] = t8
    if want & 0x10:
        got["theta"] = r*t5 - sigma*t9
    if want & 0x20:
        got["rho"] = -T*t5
    if want & 0x40:
        got["gamma"] = t13
    if want & 0x80:
        got["dual_gamma"] = t14/(K*K)
    if want & 0x100:
        got["vanna"] = -t15*t16
    if want & 0x200:
        got["charm"] = r*t7 + t16*t18
    if want & 0x400:
        got["volga"] = t15*t19*t8
    if want & 0x800:
        got["veta"] = t9*(2.0*T*r - t19 - 1.0)
    if want & 0x1000:
        got["vera"] = -t4*(w*w*w)
    if want & 0x2000:
        got["speed"] = -t17*t20*t22*(d1 + s)
    if want & 0x4000:
        got["zomma"] = t13*t15*(t19 - 1.0)
    if want & 0x8000:
        got["color"] = t13*t18*(t23 + t24 + 1.0)
    if want & 0x10000:
        got["dvannadvol"] = -t22*(-d2 - t26)
    if want & 0x20000:
        got["parmicharma"] = (r*r)*t7 + 0.25*t12*(4.0*d2*t0 + 2.0*d2 + t26)/(T*T)
    if want & 0x40000:
        got["ultima"] = t21*t8*(-t19 - t28)
    if want & 0x80000:
        got["totto"] = 0.5*t14*(t19*t24 + t23 + t28)
    if want & 0x100000:
        got["elasticity"] = P1*eta*t2/t5
    if want & 0x200000:
        got["delta_forward"] = t7
    if want & 0x400000:
        got["delta_premium_adjusted"] = t11*t29
    if want & 0x800000:
        got["delta_coin"] = t20*t29
    return got


def _inverse_moneyness(F: Any, K: Any, T: Any, sigma: Any) -> tuple[Any, ...]:
    return (log_ratio(F, K),)


def _inverse(want: int, F: Any, K: Any, T: Any, sigma: Any, eta: Any, x: Any) -> dict[str, Any]:
    got: dict[str, Any] = {}
    w = sqrt(T)
    s = sigma*w
    if want & 0x7fff9:
        d1 = clip_d(0.5*s + x/s)
    if want & 0x7fe27:
        d2 = clip_d(-0.5*s + x/s)
    if want & 0x7fff9:
        n1 = phi(d1)
    if want & 0x40001:
        P1 = Phi(eta*d1)
    if want & 0x40827:
        P2 = Phi(eta*d2)
    if want & 0x4c185:
        t0 = 1.0/F
    if want & 0x40001:
        t1 = K*t0
        t2 = option_spread(eta, 1.0, t1, n1, x, s, P1, P2)
    if want & 0x3022:
        t3 = 1.0/(F*F)
    if want & 0x40026:
        t4 = P2*eta
    if want & 0x22:
        t5 = K*t4
    if want & 0x10208:
        t6 = n1*w
    if want & 0x510:
        t7 = 0.5*n1
    if want & 0x410:
        t8 = t7/w
    if want & 0x23060:
        t9 = n1/s
    if want & 0x3020:
        t10 = t3*t9
    if want & 0x820:
        t11 = 1.0/(F*F*F)
    if want & 0x1280:
        t12 = 1.0/sigma
    if want & 0xc080:
        t13 = n1*t0
    if want & 0x2900:
        t14 = 1.0/T
    if want & 0x33600:
        t15 = d1*d2
    if want & 0x14800:
        t16 = 1.0/(sigma*sigma)
    if want & 0xb000:
        t17 = 2.0*d1
    if want & 0x3000:
        t18 = t10*(s*t17 + t15 - 1.0)
    if want & 0x3c000:
        t19 = (d1*d1)
    if want & 0xc000:
        t20 = -d2*t19 + d2
    if want & 0x30000:
        t21 = (d2*d2)
    if want & 0x1:
        got["price"] = t2
    if want & 0x2:
        got["delta"] = t3*t5
    if want & 0x4:
        got["dual_delta"] = -t0*t4
    if want & 0x8:
        got["vega"] = t6
    if want & 0x10:
        got["theta"] = -sigma*t8
    if want & 0x20:
        got["gamma"] = t10 - 2.0*t11*t5
    if want & 0x40:
        got["dual_gamma"] = t9/(K*K)
    if want & 0x80:
        got["vanna"] = -d1*t12*t13
    if want & 0x100:
        got["charm"] = d1*t0*t14*t7
    if want & 0x200:
        got["volga"] = t12*t15*t6
    if want & 0x400:
        got["veta"] = -t8*(t15 + 1.0)
    if want & 0x800:
        got["speed"] = -n1*t11*t14*t16*(d1 + 4.0*s) + 6.0*K*P2*eta/(F*F*F*F)
    if want & 0x1000:
        got["zomma"] = t12*t18
    if want & 0x2000:
        got["color"] = -0.5*t14*t18
    if want & 0x4000:
        got["dvannadvol"] = -t13*t16*(-d1 - t20)
    if want & 0x8000:
        got["parmicharma"] = -0.25*t13*(-t17 - t20)/(T*T)
    if want & 0x10000:
        got["ultima"] = t16*t6*(-t15 + t19*t21 - t19 - t21)
    if want & 0x20000:
        got["totto"] = -0.5*t9*(t15 + t19*t21 - t19 - t21)
    if want & 0x40000:
        got["elasticity"] = t1*t4/t2
    return got


def _bachelier_moneyness(F: Any, K: Any, T: Any, sigma: Any, r: Any) -> tuple[Any, ...]:
    return (F - K,)


def _bachelier(want: int, F: Any, K: Any, T: Any, sigma: Any, r: Any, eta: Any, x: Any) -> dict[str, Any]:
    got: dict[str, Any] = {}
    w = sqrt(T)
    s = sigma*w
    if want & 0xffffde:
        d1 = clip_d(x/s)
    if want & 0xfffd8:
        n1 = phi(d1)
    if want & 0xf20206:
        P1 = Phi(eta*d1)
    if want & 0xd00031:
        t0 = normal_spread(eta, x, s)
    if want & 0xefffff:
        t1 = T*r
        t2 = exp(-t1)
    if want & 0xc00021:
        t3 = t0*t2
    if want & 0xf20206:
        t4 = P1*eta
    if want & 0xe20206:
        t5 = t2*t4
    if want & 0xfffd8:
        t6 = n1*t2
    if want & 0x40408:
        t7 = t6*w
    if want & 0x810:
        t8 = 0.5*t6/w
    if want & 0x8c0c0:
        t9 = t6/s
    if want & 0x4500:
        t10 = 1.0/sigma
    if want & 0x32300:
        t11 = d1*t6
    if want & 0xa200:
        t12 = 1.0/T
    if want & 0x2200:
        t13 = t11*t12
    if want & 0xf8c00:
        t14 = (d1*d1)
    if want & 0x40400:
        t15 = t14*t7
    if want & 0x52000:
        t16 = 1.0/(sigma*sigma)
    if want & 0xa8000:
        t17 = -t14
    if want & 0x88000:
        t18 = 0.5*t9*(2.0*t1 + t17 + 1.0)
    if want & 0xc00000:
        t19 = 1.0/F
    if want & 0x1:
        got["price"] = t3
    if want & 0x2:
        got["delta"] = t5
    if want & 0x4:
        got["dual_delta"] = -t5
    if want & 0x8:
        got["vega"] = t7
    if want & 0x10:
        got["theta"] = r*t0*t2 - sigma*t8
    if want & 0x20:
        got["rho"] = -T*t3
    if want & 0x40:
        got["gamma"] = t9
    if want & 0x80:
        got["dual_gamma"] = t9
    if want & 0x100:
        got["vanna"] = -t10*t11
    if want & 0x200:
        got["charm"] = r*t5 + 0.5*t13
    if want & 0x400:
        got["volga"] = t10*t15
    if want & 0x800:
        got["veta"] = t8*(2.0*T*r - t14 - 1.0)
    if want & 0x1000:
        got["vera"] = -t6*(w*w*w)
    if want & 0x2000:
        got["speed"] = -t13*t16
    if want & 0x4000:
        got["zomma"] = t10*t9*(d1 - 1.0)*(d1 + 1.0)
    if want & 0x8000:
        got["color"] = t12*t18
    if want & 0x10000:
        got["dvannadvol"] = -t11*t16*(t14 - 2.0)
    if want & 0x20000:
        got["parmicharma"] = (r*r)*t5 + 0.25*t11*(4.0*t1 + t17 + 3.0)/(T*T)
    if want & 0x40000:
        got["ultima"] = t15*t16*(t14 - 3.0)
    if want & 0x80000:
        got["totto"] = t14*t18
    if want & 0x100000:
        got["elasticity"] = F*t4/t0
    if want & 0x200000:
        got["delta_forward"] = t5
    if want & 0x400000:
        got["delta_premium_adjusted"] = -t19*t3 + t5
    if want & 0x800000:
        got["delta_coin"] = t19*t5 - t3/(F*F)
    return got


def _cash_or_nothing_moneyness(S: Any, K: Any, T: Any, sigma: Any, r: Any, q: Any) -> tuple[Any, ...]:
    return (T*(-q + r), log_ratio(S, K))


def _cash_or_nothing(want: int, S: Any, K: Any, T: Any, sigma: Any, r: Any, q: Any, eta: Any, x: Any) -> dict[str, Any]:
    got: dict[str, Any] = {}
    w = sqrt(T)
    s = sigma*w
    if want & 0x1fffffe:
        d1 = clip_d(0.5*s + x/s)
    if want & 0x1bf9e31:
        d2 = clip_d(-0.5*s + x/s)
    if want & 0x1fffffe:
        n1 = phi(d1)
    if want & 0x1a00031:
        P2 = Phi(eta*d2)
    if want & 0x1e00031:
        t0 = T*r
    if want & 0x1c00031:
        t1 = exp(-t0)
    if want & 0x1800031:
        t2 = P2*t1
    if want & 0x1bffffe:
        t3 = T*q
        t4 = exp(-t3)
    if want & 0x3ffffe:
        t5 = eta*n1*t4
    if want & 0x1e20206:
        t6 = 1.0/s
    if want & 0x1fffefa:
        t7 = 1.0/K
    if want & 0x620202:
        t8 = t6*t7
    if want & 0x220202:
        t9 = t5*t8
    if want & 0x18397c:
        t10 = S*t5
    if want & 0x278:
        t11 = 1.0/sigma
    if want & 0x183878:
        t12 = t10*t7
    if want & 0x78:
        t13 = t11*t12
    if want & 0x111410:
        t14 = d1*sigma
    if want & 0x151410:
        t15 = -q + r
    if want & 0x111410:
        t16 = t15*w
    if want & 0x111010:
        t17 = 2.0*t16
    if want & 0x11010:
        t18 = -t17
    if want & 0x149190:
        t19 = 1.0/T
    if want & 0x101010:
        t20 = 0.5*t19
    if want & 0x60:
        t21 = -t13*w
    if want & 0x63980:
        t22 = (sigma*sigma)
    if want & 0x23980:
        t23 = 1.0/t22
    if want & 0x180:
        t24 = t19*t23
    if want & 0x1818080:
        t25 = 1.0/S
    if want & 0x5c480:
        t26 = t5*t7
    if want & 0x18080:
        t27 = t25*t26
    if want & 0x161200:
        t28 = d1*d2
    if want & 0x8400:
        t29 = 2.0*d1
    if want & 0x100400:
        t30 = 2.0*t3
    if want & 0x1fd800:
        t31 = (d1*d1)
    if want & 0x8800:
        t32 = -d2*t31 + d2
    if want & 0x3800:
        t33 = t12*t23
    if want & 0x111000:
        t34 = 2.0*t14
    if want & 0x101000:
        t35 = T*t15
        t36 = t34*t35
    if want & 0x111000:
        t37 = d2*sigma
    if want & 0x1d1000:
        t38 = d2*t31
    if want & 0x111000:
        t39 = -sigma*t38
        t40 = t3*t34
    if want & 0x11000:
        t41 = t18 + t37 + t39 + t40
    if want & 0x1004000:
        t42 = 1.0/(S*S)
    if want & 0x44000:
        t43 = d1*s
        t44 = t26/(s*s*s)
    if want & 0x198000:
        t45 = 1.0/(sigma*sigma*sigma)
    if want & 0x18000:
        t46 = t27*t45
    if want & 0x50000:
        t47 = (T*T)
    if want & 0x110000:
        t48 = t17*t31
    if want & 0x1e0000:
        t49 = (d2*d2)
    if want & 0x40000:
        t50 = 4.0*T*(t15*t15)
        t51 = 4.0*t22
        t52 = t28*t51
        t53 = 4.0*s*t15
        t54 = 8.0*t15*t43
    if want & 0x180000:
        t55 = (d1*d1*d1)
    if want & 0x80000:
        t56 = 3.0*d1
    if want & 0x180000:
        t57 = t49*t55
        t58 = t12*t45
    if want & 0x1:
        got["price"] = t2
    if want & 0x2:
        got["delta"] = t9
    if want & 0x4:
        got["dual_delta"] = -t10*t6/(K*K)
    if want & 0x8:
        got["vega"] = -d1*t13
    if want & 0x10:
        got["theta"] = r*t2 - t13*t20*(-t14 - t18)
    if want & 0x20:
        got["rho"] = -T*t2 - t21
    if want & 0x40:
        got["epsilon"] = t21
    if want & 0x80:
        got["gamma"] = -d1*t24*t27
    if want & 0x100:
        got["dual_gamma"] = t10*t24*(-d1 + 2.0*s)/(K*K*K)
    if want & 0x200:
        got["vanna"] = t11*t9*(t28 - 1.0)
    if want & 0x400:
        got["charm"] = 0.5*t26*(-d2*t14 + sigma*t30 + sigma + t16*t29)/((s*s)*w)
    if want & 0x800:
        got["volga"] = -t33*(-d1 - t32)
    if want & 0x1000:
        got["veta"] = -t20*t33*(t17*t28 + t36 + t41)
    if want & 0x2000:
        got["vera"] = t33*w*(d1 - 1.0)*(d1 + 1.0)
    if want & 0x4000:
        got["speed"] = t42*t44*(t31 + t43 - 1.0)
    if want & 0x8000:
        got["zomma"] = -t19*t46*(-t29 - t32)
    if want & 0x10000:
        got["color"] = -0.5*t46*(t34 + t41 + t48)/t47
    if want & 0x20000:
        got["dvannadvol"] = t23*t9*(-3.0*t28 + t31*t49 - t31 - t49 + 2.0)
    if want & 0x40000:
        got["parmicharma"] = 0.25*t19*t44*(d2*t53 + (q*q)*t47*t51 + t22*t31*t49 - t22*t31 - t22*t49 + 3.0*t22 + t3*t51 - t3*t52 + t3*t54 + t31*t50 - t38*t53 - t50 - t52 + t54)
    if want & 0x80000:
        got["ultima"] = -t58*(3.0*d2 - 3.0*t38 - t49*t56 - t55 + t56 + t57)
    if want & 0x100000:
        got["totto"] = -t20*t58*(2.0*T*d2*q*sigma*t31 + 2.0*T*d2*sigma*t15*t31 + 3.0*d1*sigma*t49 + sigma*t55 - sigma*t57 - t14 + 2.0*t15*t31*t49*w + 4.0*t15*w - 6.0*t16*t28 - t17*t49 - t30*t37 - 2.0*t35*t37 - t36 - t37 - t39 - t40 - t48)
    if want & 0x200000:
        got["elasticity"] = S*t9*exp(t0)/P2
    if want & 0x400000:
        got["delta_forward"] = eta*n1*t1*t8
    if want & 0x800000:
        got["delta_premium_adjusted"] = eta*n1*t4*t6*t7 - t2*t25
    if want & 0x1000000:
        got["delta_coin"] = eta*n1*t25*t4*t6*t7 - t2*t42
    return got


def _asset_or_nothing_moneyness(S: Any, K: Any, T: Any, sigma: Any, r: Any, q: Any) -> tuple[Any, ...]:
    return (T*(-q + r), log_ratio(S, K))


def _asset_or_nothing(want: int, S: Any, K: Any, T: Any, sigma: Any, r: Any, q: Any, eta: Any, x: Any) -> dict[str, Any]:
    got: dict[str, Any] = {}
    w = sqrt(T)
    s = sigma*w
    d1 = clip_d(0.5*s + x/s)
    if want & 0x1fbe18:
        d2 = clip_d(-0.5*s + x/s)
    if want & 0x1fffffe:
        n1 = phi(d1)
    if want & 0x640453:
        P1 = Phi(eta*d1)
    if want & 0x19fffff:
        t0 = T*q
        t1 = exp(-t0)
    if want & 0x40453:
        t2 = P1*t1
    if want & 0x51:
        t3 = S*t2
    if want & 0x1e20206:
        t4 = eta*n1/s
    if want & 0x1820206:
        t5 = t1*t4
    if want & 0x278:
        t6 = 1.0/sigma
    if want & 0x1dfdf8:
        t7 = eta*n1*t1
    if want & 0x183978:
        t8 = S*t7
    if want & 0x78:
        t9 = t6*t8
    if want & 0x111410:
        t10 = d2*sigma
    if want & 0x151410:
        t11 = -q + r
    if want & 0x111410:
        t12 = t11*w
    if want & 0x111010:
        t13 = 2.0*t12
    if want & 0x11010:
        t14 = -t13
    if want & 0x10010:
        t15 = t10 + t14
    if want & 0x149190:
        t16 = 1.0/T
    if want & 0x101010:
        t17 = 0.5*t16
    if want & 0x60:
        t18 = t9*w
    if want & 0x67980:
        t19 = (sigma*sigma)
    if want & 0x23980:
        t20 = 1.0/t19
    if want & 0x8180:
        t21 = -s
    if want & 0x180:
        t22 = t16*(-d1 - t21)
    if want & 0x1018080:
        t23 = 1.0/S
    if want & 0x18080:
        t24 = t23*t7
    if want & 0x3900:
        t25 = t20*t8
    if want & 0x68200:
        t26 = d2*s
    if want & 0x143200:
        t27 = d1*d2
    if want & 0x10400:
        t28 = (s*s)
    if want & 0x400:
        t29 = 2.0*sigma
    if want & 0x8400:
        t30 = 2.0*d1
    if want & 0x1e1800:
        t31 = (d2*d2)
    if want & 0x111000:
        t32 = d1*sigma
    if want & 0x1c1000:
        t33 = d1*t31
    if want & 0x101000:
        t34 = -sigma*t33 + 2.0*t0*t10 + t32
    if want & 0x1fc000:
        t35 = (d1*d1)
    if want & 0x24000:
        t36 = -t35
    if want & 0x44000:
        t37 = T*t19
        t38 = (s*s*s)
        t39 = t7/t38
    if want & 0x88000:
        t40 = d2*t35
    if want & 0x198000:
        t41 = 1.0/(sigma*sigma*sigma)
    if want & 0x18000:
        t42 = t24*t41
    if want & 0x50000:
        t43 = (T*T)
    if want & 0x110000:
        t44 = 2.0*t32
    if want & 0x70000:
        t45 = d1*s
    if want & 0x110000:
        t46 = t0*t44 + t13*t35
    if want & 0x60000:
        t47 = t31*t35
    if want & 0x40000:
        t48 = (q*q)
        t49 = 4.0*T*(t11*t11)
        t50 = 4.0*t19
        t51 = t27*t50
        t52 = 4.0*t11
        t53 = t37*t52
        t54 = t26*t52
        t55 = 8.0*t11
        t56 = t45*t55
    if want & 0x180000:
        t57 = (d2*d2*d2)
        t58 = t35*t57
        t59 = t41*t8
    if want & 0x400000:
        t60 = exp(-T*r)
    if want & 0x1:
        got["price"] = t3
    if want & 0x2:
        got["delta"] = t2 + t5
    if want & 0x4:
        got["dual_delta"] = -S*t5/K
    if want & 0x8:
        got["vega"] = -d2*t9
    if want & 0x10:
        got["theta"] = q*t3 + t15*t17*t9
    if want & 0x20:
        got["rho"] = t18
    if want & 0x40:
        got["epsilon"] = -T*t3 - t18
    if want & 0x80:
        got["gamma"] = t20*t22*t24
    if want & 0x100:
        got["dual_gamma"] = t22*t25/(K*K)
    if want & 0x200:
        got["vanna"] = -t5*t6*(t26 - t27 + 1.0)
    if want & 0x400:
        got["charm"] = q*t2 + 0.5*t7*(-T*t11*t29 - d1*t10 + s*t10 + sigma + t0*t29 + t12*t30)/(t28*w)
    if want & 0x800:
        got["volga"] = -t25*(d1*t31 - d1 - d2)
    if want & 0x1000:
        got["veta"] = -t17*t25*(t13*t27 + t14 + t34)
    if want & 0x2000:
        got["vera"] = t25*w*(t27 - 1.0)
    if want & 0x4000:
        got["speed"] = -t39*(t36 + t37 + 1.0)/(S*S)
    if want & 0x8000:
        got["zomma"] = t16*t42*(d1*t26 + d2 + t21 + t30 - t40)
    if want & 0x10000:
        got["color"] = 0.5*t42*(2.0*T*d1*sigma*t11 + d2*sigma*t35 + 2.0*q*t28*w + s*sigma - t10*t45 - t15 - t44 - t46)/t43
    if want & 0x20000:
        got["dvannadvol"] = -t20*t5*(3.0*d1*d2 + d1*s*t31 - t26 + t31 - t36 - t45 - t47 - 2.0)
    if want & 0x40000:
        got["parmicharma"] = 0.25*t16*t39*(4.0*d2*q*t38 - q*t19*t43*t55 - s*t19*t33 + t0*t50 - t0*t51 + t0*t56 + 2.0*t19*t26 - t19*t31 - t19*t35 + t19*t45 + t19*t47 + 3.0*t19 + t27*t53 + t35*t49 - t35*t54 + t43*t48*t50 - t45*t49 - t49 - t51 - t53 + t54 + t56) + t2*t48
    if want & 0x80000:
        got["ultima"] = -t59*(3.0*d1 + 3.0*d2 - 3.0*t33 - 3.0*t40 - t57 + t58)
    if want & 0x100000:
        got["totto"] = -t17*t59*(2.0*T*d1*q*sigma*t31 + 3.0*d2*sigma*t35 + sigma*t57 - sigma*t58 - t10 + 2.0*t11*t31*t35*w + 4.0*t11*w - 6.0*t12*t27 - t13*t31 - t34 - t46)
    if want & 0x200000:
        got["elasticity"] = 1.0 + t4/P1
    if want & 0x400000:
        got["delta_forward"] = P1*t60 + t4*t60
    if want & 0x800000:
        got["delta_premium_adjusted"] = t5
    if want & 0x1000000:
        got["delta_coin"] = t23*t5
    return got


KERNELS: Mapping[str, Kernel] = MappingProxyType({
    "bsm": Kernel(
        "bsm",
        (
            Input(name="S", unit=Unit(powers=(("quote", 1), ("underlying", -1))), low=0.0, open=True, meaning="spot", latex=""),
            Input(name="K", unit=Unit(powers=(("quote", 1), ("underlying", -1))), low=0.0, open=True, meaning="strike", latex=""),
            Input(name="T", unit=Unit(powers=(("yr", 1),)), low=0.0, open=False, meaning="years to expiry, act/365", latex=""),
            Input(name="sigma", unit=Unit(powers=(("vol", 1),)), low=0.0, open=False, meaning="volatility, decimal", latex="\\sigma"),
            Input(name="r", unit=Unit(powers=(("rate", 1),)), low=-inf, open=False, meaning="interest rate, continuous", latex=""),
            Input(name="q", unit=Unit(powers=(("rate", 1),)), low=-inf, open=False, meaning="dividend or foreign yield, continuous", latex=""),
        ),
        "S",
        "linear",
        Unit(powers=(("quote", 1),)),
        {
            "price": Unit(powers=(("quote", 1),)),
            "delta": Unit(powers=(("underlying", 1),)),
            "dual_delta": Unit(powers=(("underlying", 1),)),
            "vega": Unit(powers=(("quote", 1), ("vol", -1))),
            "theta": Unit(powers=(("quote", 1), ("yr", -1))),
            "rho": Unit(powers=(("quote", 1), ("rate", -1))),
            "epsilon": Unit(powers=(("quote", 1), ("rate", -1))),
            "gamma": Unit(powers=(("quote", -1), ("underlying", 2))),
            "dual_gamma": Unit(powers=(("quote", -1), ("underlying", 2))),
            "vanna": Unit(powers=(("underlying", 1), ("vol", -1))),
            "charm": Unit(powers=(("underlying", 1), ("yr", -1))),
            "volga": Unit(powers=(("quote", 1), ("vol", -2))),
            "veta": Unit(powers=(("quote", 1), ("yr", -1), ("vol", -1))),
            "vera": Unit(powers=(("quote", 1), ("vol", -1), ("rate", -1))),
            "speed": Unit(powers=(("quote", -2), ("underlying", 3))),
            "zomma": Unit(powers=(("quote", -1), ("underlying", 2), ("vol", -1))),
            "color": Unit(powers=(("quote", -1), ("underlying", 2), ("yr", -1))),
            "dvannadvol": Unit(powers=(("underlying", 1), ("vol", -2))),
            "parmicharma": Unit(powers=(("underlying", 1), ("yr", -2))),
            "ultima": Unit(powers=(("quote", 1), ("vol", -3))),
            "totto": Unit(powers=(("quote", 1), ("yr", -1), ("vol", -2))),
            "elasticity": Unit(powers=()),
            "delta_forward": Unit(powers=(("underlying", 1),)),
            "delta_premium_adjusted": Unit(powers=(("underlying", 1),)),
            "delta_coin": Unit(powers=(("quote", -1), ("underlying", 2))),
        },
        _bsm_moneyness,
        _bsm,
        {
            "T": frozenset(["charm", "color", "dual_gamma", "elasticity", "gamma", "parmicharma", "speed", "theta", "veta", "zomma"]),
            "sigma": frozenset(["charm", "color", "dual_gamma", "elasticity", "gamma", "parmicharma", "speed", "zomma"]),
        },
    ),
    "black76": Kernel(
        "black76",
        (
            Input(name="F", unit=Unit(powers=(("quote", 1), ("underlying", -1))), low=0.0, open=True, meaning="forward", latex=""),
            Input(name="K", unit=Unit(powers=(("quote", 1), ("underlying", -1))), low=0.0, open=True, meaning="strike", latex=""),
            Input(name="T", unit=Unit(powers=(("yr", 1),)), low=0.0, open=False, meaning="years to expiry, act/365", latex=""),
            Input(name="sigma", unit=Unit(powers=(("vol", 1),)), low=0.0, open=False, meaning="volatility, decimal", latex="\\sigma"),
            Input(name="r", unit=Unit(powers=(("rate", 1),)), low=-inf, open=False, meaning="interest rate, continuous", latex=""),
        ),
        "F",
        "linear",
        Unit(powers=(("quote", 1),)),
        {
            "price": Unit(powers=(("quote", 1),)),
            "delta": Unit(powers=(("underlying", 1),)),
            "dual_delta": Unit(powers=(("underlying", 1),)),
            "vega": Unit(powers=(("quote", 1), ("vol", -1))),
            "theta": Unit(powers=(("quote", 1), ("yr", -1))),
            "rho": Unit(powers=(("quote", 1), ("rate", -1))),
            "gamma": Unit(powers=(("quote", -1), ("underlying", 2))),
            "dual_gamma": Unit(powers=(("quote", -1), ("underlying", 2))),
            "vanna": Unit(powers=(("underlying", 1), ("vol", -1))),
            "charm": Unit(powers=(("underlying", 1), ("yr", -1))),
            "volga": Unit(powers=(("quote", 1), ("vol", -2))),
            "veta": Unit(powers=(("quote", 1), ("yr", -1), ("vol", -1))),
            "vera": Unit(powers=(("quote", 1), ("vol", -1), ("rate", -1))),
            "speed": Unit(powers=(("quote", -2), ("underlying", 3))),
            "zomma": Unit(powers=(("quote", -1), ("underlying", 2), ("vol", -1))),
            "color": Unit(powers=(("quote", -1), ("underlying", 2), ("yr", -1))),
            "dvannadvol": Unit(powers=(("underlying", 1), ("vol", -2))),
            "parmicharma": Unit(powers=(("underlying", 1), ("yr", -2))),
            "ultima": Unit(powers=(("quote", 1), ("vol", -3))),
            "totto": Unit(powers=(("quote", 1), ("yr", -1), ("vol", -2))),
            "elasticity": Unit(powers=()),
            "delta_forward": Unit(powers=(("underlying", 1),)),
            "delta_premium_adjusted": Unit(powers=(("underlying", 1),)),
            "delta_coin": Unit(powers=(("quote", -1), ("underlying", 2))),
        },
        _black76_moneyness,
        _black76,
        {
            "T": frozenset(["charm", "color", "dual_gamma", "elasticity", "gamma", "parmicharma", "speed", "theta", "veta", "zomma"]),
            "sigma": frozenset(["color", "dual_gamma", "elasticity", "gamma", "speed", "zomma"]),
        },
    ),
    "inverse": Kernel(
        "inverse",
        (
            Input(name="F", unit=Unit(powers=(("quote", 1), ("underlying", -1))), low=0.0, open=True, meaning="forward", latex=""),
            Input(name="K", unit=Unit(powers=(("quote", 1), ("underlying", -1))), low=0.0, open=True, meaning="strike", latex=""),
            Input(name="T", unit=Unit(powers=(("yr", 1),)), low=0.0, open=False, meaning="years to expiry, act/365", latex=""),
            Input(name="sigma", unit=Unit(powers=(("vol", 1),)), low=0.0, open=False, meaning="volatility, decimal", latex="\\sigma"),
        ),
        "F",
        "inverse",
        Unit(powers=(("underlying", 1),)),
        {
            "price": Unit(powers=(("underlying", 1),)),
            "delta": Unit(powers=(("quote", -1), ("underlying", 2))),
            "dual_delta": Unit(powers=(("quote", -1), ("underlying", 2))),
            "vega": Unit(powers=(("underlying", 1), ("vol", -1))),
            "theta": Unit(powers=(("underlying", 1), ("yr", -1))),
            "gamma": Unit(powers=(("quote", -2), ("underlying", 3))),
            "dual_gamma": Unit(powers=(("quote", -2), ("underlying", 3))),
            "vanna": Unit(powers=(("quote", -1), ("underlying", 2), ("vol", -1))),
            "charm": Unit(powers=(("quote", -1), ("underlying", 2), ("yr", -1))),
            "volga": Unit(powers=(("underlying", 1), ("vol", -2))),
            "veta": Unit(powers=(("underlying", 1), ("yr", -1), ("vol", -1))),
            "speed": Unit(powers=(("quote", -3), ("underlying", 4))),
            "zomma": Unit(powers=(("quote", -2), ("underlying", 3), ("vol", -1))),
            "color": Unit(powers=(("quote", -2), ("underlying", 3), ("yr", -1))),
            "dvannadvol": Unit(powers=(("quote", -1), ("underlying", 2), ("vol", -2))),
            "parmicharma": Unit(powers=(("quote", -1), ("underlying", 2), ("yr", -2))),
            "ultima": Unit(powers=(("underlying", 1), ("vol", -3))),
            "totto": Unit(powers=(("underlying", 1), ("yr", -1), ("vol", -2))),
            "elasticity": Unit(powers=()),
        },
        _inverse_moneyness,
        _inverse,
        {
            "T": frozenset(["charm", "color", "dual_gamma", "elasticity", "gamma", "parmicharma", "speed", "theta", "veta", "zomma"]),
            "sigma": frozenset(["color", "dual_gamma", "elasticity", "gamma", "speed", "zomma"]),
        },
    ),
    "bachelier": Kernel(
        "bachelier",
        (
            Input(name="F", unit=Unit(powers=(("quote", 1), ("underlying", -1))), low=-inf, open=False, meaning="forward, of any sign", latex=""),
            Input(name="K", unit=Unit(powers=(("quote", 1), ("underlying", -1))), low=-inf, open=False, meaning="strike, of any sign", latex=""),
            Input(name="T", unit=Unit(powers=(("yr", 1),)), low=0.0, open=False, meaning="years to expiry, act/365", latex=""),
            Input(name="sigma", unit=Unit(powers=(("quote", 1), ("underlying", -1), ("vol", 1))), low=0.0, open=False, meaning="volatility in price units per root year", latex="\\sigma"),
            Input(name="r", unit=Unit(powers=(("rate", 1),)), low=-inf, open=False, meaning="interest rate, continuous", latex=""),
        ),
        "F",
        "linear",
        Unit(powers=(("quote", 1),)),
        {
            "price": Unit(powers=(("quote", 1),)),
            "delta": Unit(powers=(("underlying", 1),)),
            "dual_delta": Unit(powers=(("underlying", 1),)),
            "vega": Unit(powers=(("underlying", 1), ("vol", -1))),
            "theta": Unit(powers=(("quote", 1), ("yr", -1))),
            "rho": Unit(powers=(("quote", 1), ("rate", -1))),
            "gamma": Unit(powers=(("quote", -1), ("underlying", 2))),
            "dual_gamma": Unit(powers=(("quote", -1), ("underlying", 2))),
            "vanna": Unit(powers=(("quote", -1), ("underlying", 2), ("vol", -1))),
            "charm": Unit(powers=(("underlying", 1), ("yr", -1))),
            "volga": Unit(powers=(("quote", -1), ("underlying", 2), ("vol", -2))),
            "veta": Unit(powers=(("underlying", 1), ("yr", -1), ("vol", -1))),
            "vera": Unit(powers=(("underlying", 1), ("vol", -1), ("rate", -1))),
            "speed": Unit(powers=(("quote", -2), ("underlying", 3))),
            "zomma": Unit(powers=(("quote", -2), ("underlying", 3), ("vol", -1))),
            "color": Unit(powers=(("quote", -1), ("underlying", 2), ("yr", -1))),
            "dvannadvol": Unit(powers=(("quote", -2), ("underlying", 3), ("vol", -2))),
            "parmicharma": Unit(powers=(("underlying", 1), ("yr", -2))),
            "ultima": Unit(powers=(("quote", -2), ("underlying", 3), ("vol", -3))),
            "totto": Unit(powers=(("quote", -1), ("underlying", 2), ("yr", -1), ("vol", -2))),
            "elasticity": Unit(powers=()),
            "delta_forward": Unit(powers=(("underlying", 1),)),
            "delta_premium_adjusted": Unit(powers=(("underlying", 1),)),
            "delta_coin": Unit(powers=(("quote", -1), ("underlying", 2))),
        },
        _bachelier_moneyness,
        _bachelier,
        {
            "T": frozenset(["color", "dual_gamma", "elasticity", "gamma", "theta", "veta", "zomma"]),
            "sigma": frozenset(["color", "dual_gamma", "elasticity", "gamma", "zomma"]),
        },
    ),
    "cash_or_nothing": Kernel(
        "cash_or_nothing",
        (
            Input(name="S", unit=Unit(powers=(("quote", 1), ("underlying", -1))), low=0.0, open=True, meaning="spot", latex=""),
            Input(name="K", unit=Unit(powers=(("quote", 1), ("underlying", -1))), low=0.0, open=True, meaning="strike", latex=""),
            Input(name="T", unit=Unit(powers=(("yr", 1),)), low=0.0, open=False, meaning="years to expiry, act/365", latex=""),
            Input(name="sigma", unit=Unit(powers=(("vol", 1),)), low=0.0, open=False, meaning="volatility, decimal", latex="\\sigma"),
            Input(name="r", unit=Unit(powers=(("rate", 1),)), low=-inf, open=False, meaning="interest rate, continuous", latex=""),
            Input(name="q", unit=Unit(powers=(("rate", 1),)), low=-inf, open=False, meaning="dividend or foreign yield, continuous", latex=""),
        ),
        "S",
        "linear",
        Unit(powers=(("quote", 1),)),
        {
            "price": Unit(powers=(("quote", 1),)),
            "delta": Unit(powers=(("underlying", 1),)),
            "dual_delta": Unit(powers=(("underlying", 1),)),
            "vega": Unit(powers=(("quote", 1), ("vol", -1))),
            "theta": Unit(powers=(("quote", 1), ("yr", -1))),
            "rho": Unit(powers=(("quote", 1), ("rate", -1))),
            "epsilon": Unit(powers=(("quote", 1), ("rate", -1))),
            "gamma": Unit(powers=(("quote", -1), ("underlying", 2))),
            "dual_gamma": Unit(powers=(("quote", -1), ("underlying", 2))),
            "vanna": Unit(powers=(("underlying", 1), ("vol", -1))),
            "charm": Unit(powers=(("underlying", 1), ("yr", -1))),
            "volga": Unit(powers=(("quote", 1), ("vol", -2))),
            "veta": Unit(powers=(("quote", 1), ("yr", -1), ("vol", -1))),
            "vera": Unit(powers=(("quote", 1), ("vol", -1), ("rate", -1))),
            "speed": Unit(powers=(("quote", -2), ("underlying", 3))),
            "zomma": Unit(powers=(("quote", -1), ("underlying", 2), ("vol", -1))),
            "color": Unit(powers=(("quote", -1), ("underlying", 2), ("yr", -1))),
            "dvannadvol": Unit(powers=(("underlying", 1), ("vol", -2))),
            "parmicharma": Unit(powers=(("underlying", 1), ("yr", -2))),
            "ultima": Unit(powers=(("quote", 1), ("vol", -3))),
            "totto": Unit(powers=(("quote", 1), ("yr", -1), ("vol", -2))),
            "elasticity": Unit(powers=()),
            "delta_forward": Unit(powers=(("underlying", 1),)),
            "delta_premium_adjusted": Unit(powers=(("underlying", 1),)),
            "delta_coin": Unit(powers=(("quote", -1), ("underlying", 2))),
        },
        _cash_or_nothing_moneyness,
        _cash_or_nothing,
        {
            "T": frozenset(["charm", "color", "delta", "delta_coin", "delta_forward", "delta_premium_adjusted", "dual_delta", "dual_gamma", "dvannadvol", "elasticity", "gamma", "parmicharma", "speed", "theta", "totto", "vanna", "veta", "zomma"]),
            "sigma": frozenset(["charm", "color", "delta", "delta_coin", "delta_forward", "delta_premium_adjusted", "dual_delta", "dual_gamma", "dvannadvol", "elasticity", "epsilon", "gamma", "parmicharma", "rho", "speed", "theta", "totto", "vanna", "vera", "veta", "zomma"]),
        },
    ),
    "asset_or_nothing": Kernel(
        "asset_or_nothing",
        (
            Input(name="S", unit=Unit(powers=(("quote", 1), ("underlying", -1))), low=0.0, open=True, meaning="spot", latex=""),
            Input(name="K", unit=Unit(powers=(("quote", 1), ("underlying", -1))), low=0.0, open=True, meaning="strike", latex=""),
            Input(name="T", unit=Unit(powers=(("yr", 1),)), low=0.0, open=False, meaning="years to expiry, act/365", latex=""),
            Input(name="sigma", unit=Unit(powers=(("vol", 1),)), low=0.0, open=False, meaning="volatility, decimal", latex="\\sigma"),
            Input(name="r", unit=Unit(powers=(("rate", 1),)), low=-inf, open=False, meaning="interest rate, continuous", latex=""),
            Input(name="q", unit=Unit(powers=(("rate", 1),)), low=-inf, open=False, meaning="dividend or foreign yield, continuous", latex=""),
        ),
        "S",
        "linear",
        Unit(powers=(("quote", 1),)),
        {
            "price": Unit(powers=(("quote", 1),)),
            "delta": Unit(powers=(("underlying", 1),)),
            "dual_delta": Unit(powers=(("underlying", 1),)),
            "vega": Unit(powers=(("quote", 1), ("vol", -1))),
            "theta": Unit(powers=(("quote", 1), ("yr", -1))),
            "rho": Unit(powers=(("quote", 1), ("rate", -1))),
            "epsilon": Unit(powers=(("quote", 1), ("rate", -1))),
            "gamma": Unit(powers=(("quote", -1), ("underlying", 2))),
            "dual_gamma": Unit(powers=(("quote", -1), ("underlying", 2))),
            "vanna": Unit(powers=(("underlying", 1), ("vol", -1))),
            "charm": Unit(powers=(("underlying", 1), ("yr", -1))),
            "volga": Unit(powers=(("quote", 1), ("vol", -2))),
            "veta": Unit(powers=(("quote", 1), ("yr", -1), ("vol", -1))),
            "vera": Unit(powers=(("quote", 1), ("vol", -1), ("rate", -1))),
            "speed": Unit(powers=(("quote", -2), ("underlying", 3))),
            "zomma": Unit(powers=(("quote", -1), ("underlying", 2), ("vol", -1))),
            "color": Unit(powers=(("quote", -1), ("underlying", 2), ("yr", -1))),
            "dvannadvol": Unit(powers=(("underlying", 1), ("vol", -2))),
            "parmicharma": Unit(powers=(("underlying", 1), ("yr", -2))),
            "ultima": Unit(powers=(("quote", 1), ("vol", -3))),
            "totto": Unit(powers=(("quote", 1), ("yr", -1), ("vol", -2))),
            "elasticity": Unit(powers=()),
            "delta_forward": Unit(powers=(("underlying", 1),)),
            "delta_premium_adjusted": Unit(powers=(("underlying", 1),)),
            "delta_coin": Unit(powers=(("quote", -1), ("underlying", 2))),
        },
        _asset_or_nothing_moneyness,
        _asset_or_nothing,
        {
            "T": frozenset(["charm", "color", "delta", "delta_coin", "delta_forward", "delta_premium_adjusted", "dual_delta", "dual_gamma", "dvannadvol", "elasticity", "gamma", "parmicharma", "speed", "theta", "totto", "vanna", "veta", "zomma"]),
            "sigma": frozenset(["charm", "color", "delta", "delta_coin", "delta_forward", "delta_premium_adjusted", "dual_delta", "dual_gamma", "dvannadvol", "elasticity", "epsilon", "gamma", "parmicharma", "rho", "speed", "theta", "totto", "vanna", "vera", "veta", "zomma"]),
        },
    ),
})


GreekName = Literal[
    "price",
    "delta",
    "dual_delta",
    "vega",
    "theta",
    "rho",
    "epsilon",
    "gamma",
    "dual_gamma",
    "vanna",
    "charm",
    "volga",
    "veta",
    "vera",
    "speed",
    "zomma",
    "color",
    "dvannadvol",
    "parmicharma",
    "ultima",
    "totto",
    "elasticity",
    "delta_forward",
    "delta_premium_adjusted",
    "delta_coin",
]
ModelName = Literal["bsm", "black76", "inverse", "bachelier", "cash_or_nothing", "asset_or_nothing"]
