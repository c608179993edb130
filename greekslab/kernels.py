"""Kernels of the declared models. Printed by `python -m greekslab.codegen` from `formulas`.

`want` holds one bit for each Greek, in the order of the kernel's units; a line runs only if a wanted Greek
needs it. `x` is log(F/K), the sum of what the moneyness function returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from numpy import exp, inf, sqrt

from greekslab.primitives import Phi, clip_d, log_ratio, option_spread, phi
from greekslab.quantities import Input, Kernel, Unit

__all__ = ["KERNELS", "GreekName", "ModelName"]


def _bsm_moneyness(S: Any, K: Any, T: Any, sigma: Any, r: Any, q: Any) -> tuple[Any, ...]:
    return (T*(-q + r), log_ratio(S, K),)


def _bsm(want: int, S: Any, K: Any, T: Any, sigma: Any, r: Any, q: Any, eta: Any, x: Any) -> dict[str, Any]:
    got: dict[str, Any] = {}
    w = sqrt(T)
    s = sigma*w
    if want & 0x7fffdb:
        d1 = clip_d((0.5)*s + x/s)
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
        t12 = (0.5)/w
    if want & 0x200040:
        t13 = t2*t7
    if want & 0x109180:
        t14 = 1.0/(s)
    if want & 0x818080:
        t15 = 1.0/(S)
    if want & 0x7c680:
        t16 = n1*t1
    if want & 0x18080:
        t17 = t15*t16
    if want & 0x8080:
        t18 = t14*t17
    if want & 0x101100:
        t19 = t14*t5
    if want & 0x10ae00:
        t20 = 1.0/(sigma)
    if want & 0x600:
        t21 = t16*t20
    if want & 0x4400:
        t22 = 1.0/(T)
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
        t32 = (0.5)*t19
    if want & 0x42000:
        t33 = T*d1
    if want & 0x1004000:
        t34 = 1.0/(S*S)
    if want & 0xe4000:
        t35 = (sigma*sigma)
        t36 = 1.0/(t35)
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
        d1 = clip_d((0.5)*s + x/s)
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
        t9 = (0.5)*t4/w
    if want & 0x8c0c0:
        t10 = 1.0/(s)
    if want & 0x40c040:
        t11 = 1.0/(F)
    if want & 0x3e340:
        t12 = n1*t1
    if want & 0xc040:
        t13 = t10*t11*t12
    if want & 0x80080:
        t14 = t10*t4
    if want & 0x4500:
        t15 = 1.0/(sigma)
    if want & 0x300:
        t16 = d2*t12
    if want & 0xa200:
        t17 = 1.0/(T)
    if want & 0x8200:
        t18 = (0.5)*t17
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
        got["parmicharma"] = (r*r)*t7 + (0.25)*t12*(4.0*d2*t0 + 2.0*d2 + t26)/(T*T)
    if want & 0x40000:
        got["ultima"] = t21*t8*(-t19 - t28)
    if want & 0x80000:
        got["totto"] = (0.5)*t14*(t19*t24 + t23 + t28)
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
        d1 = clip_d((0.5)*s + x/s)
    if want & 0x7fe27:
        d2 = clip_d(-0.5*s + x/s)
    if want & 0x7fff9:
        n1 = phi(d1)
    if want & 0x40001:
        P1 = Phi(eta*d1)
    if want & 0x40827:
        P2 = Phi(eta*d2)
    if want & 0x4c185:
        t0 = 1.0/(F)
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
        t7 = (0.5)*n1
    if want & 0x410:
        t8 = t7/w
    if want & 0x23060:
        t9 = n1/s
    if want & 0x3020:
        t10 = t3*t9
    if want & 0x820:
        t11 = 1.0/(F*F*F)
    if want & 0x1280:
        t12 = 1.0/(sigma)
    if want & 0xc080:
        t13 = n1*t0
    if want & 0x2900:
        t14 = 1.0/(T)
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
ModelName = Literal["bsm", "black76", "inverse"]
